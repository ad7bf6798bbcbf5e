/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "process/symbol_cache.h"
#include "tests/unit/unit.h"

static struct bw_symbol_cache cache;

static int clear(void **state)
{
	(void)state;
	bw_symbol_cache_clear(&cache);
	return 0;
}

static void what_was_kept_is_found_by_its_file_and_offset(void **state)
{
	const struct bw_symbol_cache_entry *e;

	(void)state;
	assert_null(bw_symbol_cache_find(&cache, 1, 0x10));
	bw_symbol_cache_keep(&cache, 1, 0x10, "main", 4);
	e = bw_symbol_cache_find(&cache, 1, 0x10);
	assert_non_null(e);
	assert_string_equal(e->name, "main");
	assert_int_equal(e->into, 4);
	assert_null(bw_symbol_cache_find(&cache, 2, 0x10));
	assert_null(bw_symbol_cache_find(&cache, 1, 0x11));
}

/* There are more of them than places. */
static void what_shares_a_place_is_told_apart(void **state)
{
	(void)state;
	bw_symbol_cache_keep(&cache, 1, 0x10, "main", 4);
	for (uint64_t other = 2; other < 50UL * BW_SYMBOL_CACHE_ENTRIES; other++) {
		assert_null(bw_symbol_cache_find(&cache, other, 0x10));
		assert_null(bw_symbol_cache_find(&cache, 1, 0x10 + other));
	}
}

static void that_a_file_has_nothing_there_is_kept_too(void **state)
{
	(void)state;
	bw_symbol_cache_keep(&cache, 1, 0x10, NULL, 0);
	assert_non_null(bw_symbol_cache_find(&cache, 1, 0x10));
	assert_null(bw_symbol_cache_find(&cache, 1, 0x10)->name);
}

static void a_new_answer_takes_the_place_of_an_old_one(void **state)
{
	unsigned found = 0;

	(void)state;
	for (uint64_t i = 0; i < 4 * BW_SYMBOL_CACHE_ENTRIES; i++) {
		bw_symbol_cache_keep(&cache, 1, i, "name", i);
		assert_int_equal(bw_symbol_cache_find(&cache, 1, i)->into, i);
	}
	for (uint64_t i = 0; i < 4 * BW_SYMBOL_CACHE_ENTRIES; i++)
		found += bw_symbol_cache_find(&cache, 1, i) != NULL;
	assert_in_range(found, 1, BW_SYMBOL_CACHE_ENTRIES);
}

static void a_name_that_is_too_long_is_not_kept(void **state)
{
	char name[BW_SYMBOL_CACHE_NAME + 1];

	(void)state;
	memset(name, 'x', BW_SYMBOL_CACHE_NAME);
	name[BW_SYMBOL_CACHE_NAME] = '\0';
	bw_symbol_cache_keep(&cache, 1, 0x10, name, 0);
	assert_null(bw_symbol_cache_find(&cache, 1, 0x10));
	name[BW_SYMBOL_CACHE_NAME - 1] = '\0';
	bw_symbol_cache_keep(&cache, 1, 0x10, name, 0);
	assert_string_equal(bw_symbol_cache_find(&cache, 1, 0x10)->name, name);
}

static void a_cache_that_was_cleared_is_empty(void **state)
{
	(void)state;
	bw_symbol_cache_keep(&cache, 1, 0x10, "main", 4);
	bw_symbol_cache_clear(&cache);
	assert_null(bw_symbol_cache_find(&cache, 1, 0x10));
}

#define CLEARED(test) cmocka_unit_test_teardown(test, clear)

static const struct CMUnitTest tests[] = {
	CLEARED(what_shares_a_place_is_told_apart),	    CLEARED(what_was_kept_is_found_by_its_file_and_offset),
	CLEARED(that_a_file_has_nothing_there_is_kept_too), CLEARED(a_new_answer_takes_the_place_of_an_old_one),
	CLEARED(a_name_that_is_too_long_is_not_kept),	    CLEARED(a_cache_that_was_cleared_is_empty),
};

UNIT_MODULE("process/symbol_cache", NULL, NULL);
