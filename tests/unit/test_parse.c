/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdint.h>

#include "base/parse.h"
#include "tests/unit/unit.h"

static void what_is_no_number_is_refused(void **state)
{
	static const char *const bad[] = {"", "-1", "+1", " 1", "1 ", "1x", "0x10", "1.5", "\n"};
	uint64_t n = 7;

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++)
		assert_int_equal(bw_parse_number(bad[i], UINT64_MAX, &n), -EINVAL);
	assert_int_equal(n, 7);
}

static void a_number_that_is_too_large_is_refused(void **state)
{
	uint64_t n = 7;

	(void)state;
	assert_int_equal(bw_parse_number("11", 10, &n), -ERANGE);
	assert_int_equal(bw_parse_number("9", 5, &n), -ERANGE);
	assert_int_equal(bw_parse_number("18446744073709551616", UINT64_MAX, &n), -ERANGE);
	assert_int_equal(bw_parse_number("99999999999999999999999", UINT64_MAX, &n), -ERANGE);
	assert_int_equal(n, 7);
}

static void a_decimal_number_up_to_the_largest_is_read(void **state)
{
	uint64_t n;

	(void)state;
	assert_int_equal(bw_parse_number("18446744073709551615", UINT64_MAX, &n), 0);
	assert_true(n == UINT64_MAX);
	assert_int_equal(bw_parse_number("010", 10, &n), 0);
	assert_int_equal(n, 10);
	assert_int_equal(bw_parse_number("0", 10, &n), 0);
	assert_int_equal(n, 0);
}

static void a_word_is_found_if_it_is_whole(void **state)
{
	static const char *const words[] = {"auto", "btf", "", NULL};

	(void)state;
	assert_int_equal(bw_parse_word("auto", words), 0);
	assert_int_equal(bw_parse_word("btf", words), 1);
	assert_int_equal(bw_parse_word("", words), 2);
	assert_int_equal(bw_parse_word("bt", words), -1);
	assert_int_equal(bw_parse_word("btfs", words), -1);
	assert_int_equal(bw_parse_word("BTF", words), -1);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_word_is_found_if_it_is_whole),
	cmocka_unit_test(what_is_no_number_is_refused),
	cmocka_unit_test(a_number_that_is_too_large_is_refused),
	cmocka_unit_test(a_decimal_number_up_to_the_largest_is_read),
};

UNIT_MODULE("base/parse", NULL, NULL);
