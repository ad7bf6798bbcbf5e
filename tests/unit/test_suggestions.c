/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/suggestions.h"
#include "tests/unit/unit.h"

static void the_most_similar_are_listed_and_written_first(void **state)
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

static void of_many_candidates_the_first_are_kept(void **state)
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

/* What is suggested for the name, of these candidates; in a static buffer of which `size` bytes are used. */
static const char *suggested(const char *name, const char *const *candidates, size_t size)
{
	static char like[512];
	struct bw_suggestions near = {.name = name};

	for (; *candidates; candidates++)
		bw_suggestions_offer(&near, *candidates);
	bw_suggestions_write(&near, like, size);
	bw_suggestions_free(&near);
	assert_true(strlen(like) < size);
	return like;
}

#define SUGGESTED(name, ...) suggested(name, (const char *const[]){__VA_ARGS__, NULL}, 512)

static void the_nearest_names_come_first(void **state)
{
	(void)state;
	assert_string_equal(SUGGESTED("vfs_open", "vfs_opem", "do_vfs_open", "vfs_open.isra.0"),
			    "vfs_open.isra.0, do_vfs_open, vfs_opem");
}

static void a_name_is_no_suggestion_for_itself(void **state)
{
	(void)state;
	assert_string_equal(SUGGESTED("vfs_open", "vfs_open"), "");
}

static void one_that_differs_by_two_letters_resembles_and_by_three_does_not(void **state)
{
	(void)state;
	assert_string_equal(SUGGESTED("vfs_reed", "vfs_read", "vfs_rxxd", "vfs_xxxd"), "vfs_read, vfs_rxxd");
	assert_string_equal(SUGGESTED("vfs_read", "vfs_rea", "vfs_re", "vfs_r"), "vfs_rea, vfs_re");
	assert_string_equal(SUGGESTED("vfs_read", "vfs_rread", "avfs_reada"), "avfs_reada, vfs_rread");
}

static void a_name_of_three_letters_has_only_what_was_made_of_it(void **state)
{
	(void)state;
	assert_string_equal(SUGGESTED("foo", "fooo", "xfoox", "foo.part.1"), "foo.part.1");
	assert_string_equal(SUGGESTED("", "a"), "");
}

static void a_candidate_that_comes_twice_is_suggested_once(void **state)
{
	(void)state;
	assert_string_equal(SUGGESTED("vfs_open", "vfs_opem", "vfs_opem"), "vfs_opem");
}

static void no_more_are_suggested_than_are_kept_or_fit(void **state)
{
	static const char *const many[] = {"name.0", "name.1", "name.2", "name.3",  "name.4", "name.5",
					   "name.6", "name.7", "name.8", "name.10", NULL};
	static const char *const with_others[] = {"name.0", "name.1", "name.2", "name.3", "name.4",
						  "xnamex", "name2",  "name3",	"name4",  NULL};

	(void)state;
	assert_string_equal(suggested("name", many, 512),
			    "name.0, name.1, name.2, name.3, name.4, name.5, name.6, name.7");
	assert_string_equal(suggested("name", with_others, 512),
			    "name.0, name.1, name.2, name.3, name.4, xnamex, name2, name3");
	assert_string_equal(suggested("name", many, 20), "name.0, name.1");
	assert_string_equal(suggested("name", many, 1), "");
}

static void names_of_any_length_are_compared(void **state)
{
	char longer[300], other[300];

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_string_equal(SUGGESTED(longer, "short", "xxxx"), "");
	assert_string_equal(SUGGESTED("yyyy", longer), "");
	strcpy(other, longer);
	other[100] = 'y'; /* a letter differs, but they are too long to be compared */
	assert_string_equal(SUGGESTED(longer, other), "");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_most_similar_are_listed_and_written_first),
	cmocka_unit_test(of_many_candidates_the_first_are_kept),
	cmocka_unit_test(the_nearest_names_come_first),
	cmocka_unit_test(a_name_is_no_suggestion_for_itself),
	cmocka_unit_test(one_that_differs_by_two_letters_resembles_and_by_three_does_not),
	cmocka_unit_test(a_name_of_three_letters_has_only_what_was_made_of_it),
	cmocka_unit_test(a_candidate_that_comes_twice_is_suggested_once),
	cmocka_unit_test(no_more_are_suggested_than_are_kept_or_fit),
	cmocka_unit_test(names_of_any_length_are_compared),
};

UNIT_MODULE("base/suggestions", NULL, NULL);
