/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/suggestions.h"
#include "tests/unit/unit.h"

static void the_most_similar_come_first(void **state)
{
	struct bw_suggestions s = {.name = "vfs_open"};
	const char *list[BW_SUGGESTIONS_MAX];
	char text[64];

	(void)state;
	assert_int_equal(bw_suggestions_list(&s, list), 0);
	bw_suggestions_write(&s, text, sizeof(text));
	assert_string_equal(text, "");
	for (int twice = 0; twice < 2; twice++) {
		bw_suggestions_offer(&s, "vfs_opem");
		bw_suggestions_offer(&s, "do_vfs_open");
		bw_suggestions_offer(&s, "vfs_open.isra.0");
		bw_suggestions_offer(&s, "vfs_open"); /* the name itself */
		bw_suggestions_offer(&s, "vfs_abcn"); /* three letters differ */
	}
	assert_int_equal(bw_suggestions_list(&s, list), 3);
	assert_string_equal(list[0], "vfs_open.isra.0");
	assert_true(bw_suggestions_is_made_of(&s, list[0]));
	assert_false(bw_suggestions_is_made_of(&s, list[1]));
	bw_suggestions_write(&s, text, sizeof(text));
	assert_string_equal(text, "vfs_open.isra.0, do_vfs_open, vfs_opem");
	bw_suggestions_write(&s, text, 32); /* what does not fit is left out */
	assert_string_equal(text, "vfs_open.isra.0, do_vfs_open");
	bw_suggestions_free(&s);
	assert_int_equal(bw_suggestions_list(&s, list), 0);
}

static void no_more_are_kept_than_fit(void **state)
{
	struct bw_suggestions s = {.name = "name"};
	const char *list[BW_SUGGESTIONS_MAX];

	(void)state;
	for (int i = 0; i < 40; i++) {
		char candidate[16];

		snprintf(candidate, sizeof(candidate), i % 2 ? "name.%d" : "a_name%d", i);
		bw_suggestions_offer(&s, candidate);
	}
	assert_int_equal(bw_suggestions_list(&s, list), BW_SUGGESTIONS_MAX);
	assert_string_equal(list[BW_SUGGESTIONS_MAX - 1], "name.15");
	bw_suggestions_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_most_similar_come_first),
					   cmocka_unit_test(no_more_are_kept_than_fit)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
