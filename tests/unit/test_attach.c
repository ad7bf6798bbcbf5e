/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "program/attach.h"
#include "tests/unit/capture.h"
#include "tests/unit/fake_bpf.h"
#include "tests/unit/fake_hook.h"

static struct bw_plan_binding bindings[] = {
	{.function = (char *)"f", .kind = &fake_hook, .target = (char *)"first", .program = 1, .created = -1},
	{.function = (char *)"g", .kind = &fake_hook, .target = (char *)"second", .program = 0, .created = -1},
};
static const struct bw_plan plan = {.bindings = bindings, .n = LENGTH(bindings)};
static int programs[] = {100, 101};
static const struct bw_loaded loaded = {.programs = programs, .plan = &plan};

static void each_binding_is_attached_to_its_target_with_its_program(void **state)
{
	struct bw_attached attached;
	int hooks[2];

	(void)state;
	capture();
	assert_int_equal(bw_attach(&attached, &loaded), 0);
	assert_string_equal(captured(), ""); /* what libbcc says of a success is not shown */
	assert_int_equal(attached.n, 2);
	assert_string_equal(fake_hook_target, "second");
	assert_int_equal(fake_hook_program, 100);
	memcpy(hooks, attached.hooks, sizeof(hooks));
	for (int i = 0; i < 2; i++)
		assert_true(fcntl(hooks[i], F_GETFD) >= 0);
	bw_attached_free(&attached);
	for (int i = 0; i < 2; i++)
		assert_int_equal(fcntl(hooks[i], F_GETFD), -1);
	bw_attached_free(&attached); /* once more does no harm */
}

static void the_first_that_fails_is_explained_and_what_is_attached_is_kept_for_the_end(void **state)
{
	struct bw_attached attached;

	(void)state;
	bindings[1].kind = &broken_hook;
	assert_int_equal(bw_attach(&attached, &loaded), -EACCES);
	bindings[1].kind = &fake_hook;
	assert_int_equal(fake_hook_explained, -EACCES);
	assert_string_equal(fake_hook_target, "second");
	assert_int_equal(attached.n, 1);
	bw_attached_free(&attached);
}

static void hooks_of_which_the_kernel_counts_no_misses_have_none(void **state)
{
	struct bw_attached attached;

	(void)state;
	capture();
	assert_int_equal(bw_attach(&attached, &loaded), 0);
	captured();
	attached.before = (struct bw_attached_misses){3, 4};
	assert_int_equal(bw_attached_missed(&attached).calls, 3);
	assert_int_equal(bw_attached_missed(&attached).returns, 4);
	bw_attached_free(&attached);
	assert_int_equal(bw_attached_missed(&attached).calls, 3); /* also after the end */
	assert_int_equal(bw_attached_missed(&attached).returns, 4);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_binding_is_attached_to_its_target_with_its_program),
	cmocka_unit_test(the_first_that_fails_is_explained_and_what_is_attached_is_kept_for_the_end),
	cmocka_unit_test(hooks_of_which_the_kernel_counts_no_misses_have_none),
};

UNIT_MODULE("program/attach", NULL, NULL);
