/* SPDX-License-Identifier: Apache-2.0 */
/* The child of a trial is real; that it was seen is up to the test, that it is denied or killed needs a kernel. */
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

#include "enforce/hook_trial.h"
#include "tests/unit/rule_maps.h"

static struct settings seen; /* as they were while the child ran last */

static void see_the_child(struct fake_map *map)
{
	const struct settings *settings = fake_value(fake_map(&rule_maps, "settings"), &(uint32_t){0});

	seen = *settings;
	((struct learned *)map->values)->count = 1;
}

static int begin(void **state)
{
	make_rule_maps(state);
	memset(&seen, 0, sizeof(seen));
	fake_map(&rule_maps, "learned")->looked_up = see_the_child;
	return 0;
}

static void a_program_that_is_not_called_fails_the_trial(void **state)
{
	(void)state;
	learn_nothing();
	assert_int_equal(bw_hook_trial_run(&guard, &rule_maps.loaded), -ENOTSUP);
	guard.dry_run = true;
	assert_int_equal(bw_hook_trial_run(&guard, &rule_maps.loaded), -ENOTSUP);
}

static void a_dry_run_needs_a_program_that_is_called_and_no_more(void **state)
{
	(void)state;
	guard.dry_run = guard.kill = true;
	guard.error = EACCES;
	assert_int_equal(bw_hook_trial_run(&guard, &rule_maps.loaded), 0);
	assert_int_equal(seen.mode, MODE_CANARY);
	assert_int_equal(seen.dry_run, 1);
}

static void an_open_that_is_to_be_denied_and_is_not_fails_the_trial(void **state)
{
	(void)state;
	guard.error = EACCES;
	assert_int_equal(bw_hook_trial_run(&guard, &rule_maps.loaded), -ENOTSUP);
	assert_int_equal(seen.error, EACCES);
	assert_int_equal(seen.kill, 0); /* it is first denied only */
}

static void a_child_that_is_to_be_killed_and_is_not_fails_the_trial(void **state)
{
	(void)state;
	guard.kill = true;
	assert_int_equal(bw_hook_trial_run(&guard, &rule_maps.loaded), -ENOTSUP);
	assert_int_equal(seen.kill, 1);
}

static void the_child_is_known_by_a_name_that_nobody_else_has(void **state)
{
	char first[16], name[16];

	(void)state;
	assert_int_equal(bw_hook_trial_run(&guard, &rule_maps.loaded), 0);
	memcpy(first, seen.own_comm, sizeof(first));
	assert_int_equal(strspn(first, "0123456789abcdef"), 15);
	assert_int_equal(bw_hook_trial_run(&guard, &rule_maps.loaded), 0);
	assert_string_not_equal(first, seen.own_comm);
	prctl(PR_GET_NAME, name);
	assert_string_not_equal(name, seen.own_comm); /* this process keeps its own */
}

#define TRIED(test) cmocka_unit_test_setup_teardown(test, begin, free_rule_maps)

static const struct CMUnitTest tests[] = {
	TRIED(a_program_that_is_not_called_fails_the_trial),
	TRIED(a_dry_run_needs_a_program_that_is_called_and_no_more),
	TRIED(an_open_that_is_to_be_denied_and_is_not_fails_the_trial),
	TRIED(a_child_that_is_to_be_killed_and_is_not_fails_the_trial),
	TRIED(the_child_is_known_by_a_name_that_nobody_else_has),
};

UNIT_MODULE("enforce/hook_trial", NULL, NULL);
