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

static void a_time_has_a_unit(void **state)
{
	static const char *const bad[] = {
		"", "10", "s", "0ms", "1 s", "-1s", "1.5s", "1d", "1sx", "18446744074s", "99999999999999999999999999s"};
	uint64_t ns = 7;

	(void)state;
	assert_int_equal(bw_parse_duration("10ms", 0, &ns), 0);
	assert_int_equal(ns, 10000000);
	assert_int_equal(bw_parse_duration("1s", 0, &ns), 0);
	assert_int_equal(ns, 1000000000);
	assert_int_equal(bw_parse_duration("250us", 0, &ns), 0);
	assert_int_equal(ns, 250000);
	assert_int_equal(bw_parse_duration("10m", 0, &ns), 0);
	assert_true(ns == 600 * BW_PARSE_SECOND);
	assert_int_equal(bw_parse_duration("2h", 0, &ns), 0);
	assert_true(ns == 7200 * BW_PARSE_SECOND);
	assert_int_equal(bw_parse_duration("7ns", 0, &ns), 0);
	for (size_t i = 0; i < LENGTH(bad); i++)
		if (bw_parse_duration(bad[i], 0, &ns) >= 0)
			fail_msg("'%s' is taken for a time", bad[i]);
	assert_int_equal(ns, 7);
}

static void a_time_may_be_without_a_unit_where_one_is_meant(void **state)
{
	uint64_t ns = 7;

	(void)state;
	assert_int_equal(bw_parse_duration("10", BW_PARSE_SECOND, &ns), 0);
	assert_true(ns == 10 * BW_PARSE_SECOND);
	assert_int_equal(bw_parse_duration("10ms", BW_PARSE_SECOND, &ns), 0);
	assert_int_equal(ns, 10000000);
	assert_int_equal(bw_parse_duration("0", BW_PARSE_SECOND, &ns), -EINVAL);
	assert_int_equal(bw_parse_duration("", BW_PARSE_SECOND, &ns), -EINVAL);
	assert_int_equal(bw_parse_duration("18446744074", BW_PARSE_SECOND, &ns), -ERANGE);
	assert_int_equal(ns, 10000000);
}

static void a_size_may_have_a_unit_of_1024(void **state)
{
	static const char *const bad[] = {"", "k", "1kb", "1 k", "-1", "1.5M", "1T", "18014398509481984k"};
	uint64_t bytes;

	(void)state;
	assert_int_equal(bw_parse_size("4096", &bytes), 0);
	assert_int_equal(bytes, 4096);
	assert_int_equal(bw_parse_size("4k", &bytes), 0);
	assert_int_equal(bytes, 4096);
	assert_int_equal(bw_parse_size("4K", &bytes), 0);
	assert_int_equal(bytes, 4096);
	assert_int_equal(bw_parse_size("3M", &bytes), 0);
	assert_int_equal(bytes, 3145728);
	assert_int_equal(bw_parse_size("2G", &bytes), 0);
	assert_true(bytes == 2147483648);
	for (size_t i = 0; i < LENGTH(bad); i++)
		if (bw_parse_size(bad[i], &bytes) >= 0)
			fail_msg("'%s' is taken for a size", bad[i]);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_time_has_a_unit),
	cmocka_unit_test(a_time_may_be_without_a_unit_where_one_is_meant),
	cmocka_unit_test(a_size_may_have_a_unit_of_1024),
	cmocka_unit_test(a_word_is_found_if_it_is_whole),
	cmocka_unit_test(what_is_no_number_is_refused),
	cmocka_unit_test(a_number_that_is_too_large_is_refused),
	cmocka_unit_test(a_decimal_number_up_to_the_largest_is_read),
};

UNIT_MODULE("base/parse", NULL, NULL);
