/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdint.h>

#include "base/parse.h"
#include "tests/unit/unit.h"

static void numbers_are_strict(void **state)
{
	static const char *const bad[] = {"", "-1", "+1", " 1", "1 ", "1x", "0x10", "1.5", "\n"};
	uint64_t n = 7;

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++)
		assert_int_equal(bw_parse_number(bad[i], UINT64_MAX, &n), -EINVAL);
	assert_int_equal(bw_parse_number("11", 10, &n), -ERANGE);
	assert_int_equal(bw_parse_number("9", 5, &n), -ERANGE);
	assert_int_equal(bw_parse_number("18446744073709551616", UINT64_MAX, &n), -ERANGE);
	assert_int_equal(bw_parse_number("99999999999999999999999", UINT64_MAX, &n), -ERANGE);
	assert_int_equal(n, 7);
	assert_int_equal(bw_parse_number("18446744073709551615", UINT64_MAX, &n), 0);
	assert_true(n == UINT64_MAX);
	assert_int_equal(bw_parse_number("010", 10, &n), 0);
	assert_int_equal(n, 10);
	assert_int_equal(bw_parse_number("0", 10, &n), 0);
	assert_int_equal(n, 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(numbers_are_strict),
};

UNIT_MODULE("base/parse", NULL, NULL);
