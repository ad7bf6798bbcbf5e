/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/name_index.h"
#include "tests/unit/unit.h"

static void a_name_is_found_where_it_stands(void **state)
{
	static const char *const names[] = {"vfs_open", "vfs_read", "", "do_exit"};
	struct bw_name_index index;

	(void)state;
	assert_int_equal(bw_name_index_init(&index, names, LENGTH(names)), 0);
	for (size_t i = 0; i < LENGTH(names); i++)
		assert_int_equal(bw_name_index_find(&index, names[i], BW_INDEX_NONE), i);
	assert_int_equal(bw_name_index_find(&index, "vfs_ope", BW_INDEX_NONE), BW_INDEX_NONE);
	assert_int_equal(bw_name_index_find(&index, "vfs_open2", BW_INDEX_NONE), BW_INDEX_NONE);
	assert_int_equal(bw_name_index_find(&index, "x", BW_INDEX_NONE), BW_INDEX_NONE);
	bw_name_index_free(&index);
}

static void a_name_that_stands_twice_is_found_twice_in_order(void **state)
{
	static const char *const names[] = {"a", "b", "a", "c", "a"};
	struct bw_name_index index;

	(void)state;
	assert_int_equal(bw_name_index_init(&index, names, LENGTH(names)), 0);
	assert_int_equal(bw_name_index_find(&index, "a", BW_INDEX_NONE), 0);
	assert_int_equal(bw_name_index_find(&index, "a", 0), 2);
	assert_int_equal(bw_name_index_find(&index, "a", 2), 4);
	assert_int_equal(bw_name_index_find(&index, "a", 4), BW_INDEX_NONE);
	bw_name_index_free(&index);
}

/* More names than places: several share one. */
static void names_that_share_a_place_are_told_apart(void **state)
{
	enum { NAMES = 2000 };
	static char text[NAMES][16];
	static const char *names[NAMES];
	struct bw_name_index index;

	(void)state;
	for (int i = 0; i < NAMES; i++) {
		snprintf(text[i], sizeof(text[i]), "f%d", i);
		names[i] = text[i];
	}
	assert_int_equal(bw_name_index_init(&index, names, NAMES), 0);
	for (int i = 0; i < NAMES; i++)
		assert_int_equal(bw_name_index_find(&index, names[i], BW_INDEX_NONE), i);
	assert_int_equal(bw_name_index_find(&index, "f2000", BW_INDEX_NONE), BW_INDEX_NONE);
	bw_name_index_free(&index);
}

static void an_index_of_no_names_finds_none(void **state)
{
	struct bw_name_index index;

	(void)state;
	assert_int_equal(bw_name_index_init(&index, NULL, 0), 0);
	assert_int_equal(bw_name_index_find(&index, "a", BW_INDEX_NONE), BW_INDEX_NONE);
	bw_name_index_free(&index);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_name_is_found_where_it_stands),
	cmocka_unit_test(a_name_that_stands_twice_is_found_twice_in_order),
	cmocka_unit_test(names_that_share_a_place_are_told_apart),
	cmocka_unit_test(an_index_of_no_names_finds_none),
};

UNIT_MODULE("base/name_index", NULL, NULL);
