/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "enforce/shares.h"
#include "tests/unit/capture.h"
#include "tests/unit/rule_maps.h"

static uint64_t room(uint32_t index)
{
	return *(const uint64_t *)fake_value(fake_map(&rule_maps, "room"), &index);
}

static uint64_t share(uint32_t user)
{
	const uint64_t *n = fake_value(fake_map(&rule_maps, "shares"), &user);

	return n ? *n : 0;
}

static const char *described(void)
{
	static char text[128];

	bw_shares_describe(&rule_maps.loaded, text, sizeof(text));
	return text;
}

static void users_may_have_less_than_there_is(void **state)
{
	(void)state;
	assert_int_equal(room(ROOM_LIMIT), 0);
	assert_int_equal(bw_shares_limit(&guard), 0);
	assert_true(room(ROOM_LIMIT) > 0);
	assert_true(room(ROOM_LIMIT) + BW_SHARES_AT_START < BW_SHARES_LEARNED);
}

/* Root's files are counted, too, but take nothing from what the users may have. */
static void an_entry_of_another_program_counts_for_its_owner(void **state)
{
	(void)state;
	bw_shares_add(&guard, 1000 + 1);
	bw_shares_add(&guard, 1000 + 1);
	bw_shares_add(&guard, 0 + 1);
	bw_shares_add(&guard, 0);
	assert_int_equal(share(1000), 2);
	assert_int_equal(share(0), 1);
	assert_int_equal(room(ROOM_TAKEN), 2);
	assert_int_equal(count_of("shares"), 2);
}

static void who_has_most_is_named_first(void **state)
{
	static const uint64_t shares[] = {[10] = 3, [11] = 1, [12] = 4, [13] = 2};
	char small[8];

	(void)state;
	assert_string_equal(described(), "");
	for (uint32_t user = 10; user < LENGTH(shares); user++)
		fake_put(fake_map(&rule_maps, "shares"), &user, &shares[user]);
	assert_string_equal(described(), "4 of uid 12, 3 of uid 10, 2 of uid 13");
	bw_shares_describe(&rule_maps.loaded, small, sizeof(small));
	assert_string_equal(small, "4 of ui");
}

static void without_files_to_learn_there_are_no_shares(void **state)
{
	(void)state;
	rule_maps.image.n_maps = 1;
	assert_int_equal(bw_shares_limit(&guard), 0);
	bw_shares_add(&guard, 1000 + 1);
	assert_string_equal(described(), "");
}

static void many_files_found_at_the_start_make_the_maps_grow(void **state)
{
	struct bw_rules rules = {0};

	(void)state;
	guard.rules = &rules;
	guard.n_protected = BW_SHARES_AT_START + 1;
	assert_int_equal(bw_enforcement_start(&guard), -E2BIG);
	guard.extra_entries = 1;
	assert_int_equal(bw_enforcement_start(&guard), 0);
	assert_true(room(ROOM_LIMIT) > 0);
}

#define WITH_MAPS(test) cmocka_unit_test_setup_teardown(test, make_rule_maps, free_rule_maps)

static const struct CMUnitTest tests[] = {
	WITH_MAPS(users_may_have_less_than_there_is),
	WITH_MAPS(an_entry_of_another_program_counts_for_its_owner),
	WITH_MAPS(who_has_most_is_named_first),
	WITH_MAPS(many_files_found_at_the_start_make_the_maps_grow),
	WITH_MAPS(without_files_to_learn_there_are_no_shares),
};

UNIT_MODULE("enforce/shares", NULL, NULL);
