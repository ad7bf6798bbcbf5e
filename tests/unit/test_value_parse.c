/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "output/prefix.h"
#include "output/value_parse.h"
#include "tests/unit/unit.h"

static const struct bw_layout_field number = {.name = "", .kind = BW_SIGNED, .size = 2, .count = 1};
static const struct bw_layout_field unsigned_number = {.name = "", .kind = BW_UNSIGNED, .size = 8, .count = 1};
static const struct bw_layout_field text = {
	.name = "", .kind = BW_CHAR, .size = 1, .count = 4, .n_dims = 1, .dims = {4}};
static const struct bw_layout_field numbers = {
	.name = "", .kind = BW_UNSIGNED, .size = 2, .count = 2, .n_dims = 1, .dims = {2}};

/* The bytes in hex, or why there are none. */
static const char *parsed(const struct bw_layout *layout, const char *given)
{
	static char hex[128];
	unsigned char data[32];
	const char *why;

	if (bw_value_parse(layout, given, data, layout->size, &why) == -EINVAL)
		return why;
	for (uint32_t i = 0; i < layout->size; i++)
		snprintf(hex + 2 * (size_t)i, 3, "%02x", data[i]);
	return hex;
}

static void a_number_has_to_fit(void **state)
{
	const struct bw_layout small = {&number, 1, 2}, large = {&unsigned_number, 1, 8};
	static const char wanted[] = "it is a number that fits";

	(void)state;
	assert_string_equal(parsed(&small, "258"), "0201");
	assert_string_equal(parsed(&small, "-1"), "ffff");
	assert_string_equal(parsed(&small, "-32768"), "0080");
	assert_string_equal(parsed(&small, "0x7fff"), "ff7f");
	assert_string_equal(parsed(&small, "010"), "0a00");
	assert_string_equal(parsed(&small, "0x"), wanted);
	assert_string_equal(parsed(&small, "32768"), wanted);
	assert_string_equal(parsed(&small, "-32769"), wanted);
	assert_string_equal(parsed(&large, "18446744073709551615"), "ffffffffffffffff");
	assert_string_equal(parsed(&large, "18446744073709551616"), wanted);
	assert_string_equal(parsed(&large, "-1"), wanted);
	assert_string_equal(parsed(&large, ""), wanted);
	assert_string_equal(parsed(&large, " 1"), wanted);
	assert_string_equal(parsed(&large, "1,2"), wanted);
	assert_string_equal(parsed(&large, "--1"), wanted);
}

static void text_and_other_arrays_have_their_forms(void **state)
{
	const struct bw_layout chars = {&text, 1, 4}, array = {&numbers, 1, 4}, unknown = {NULL, 0, 3};

	(void)state;
	assert_string_equal(parsed(&chars, "abc"), "61626300");
	assert_string_equal(parsed(&chars, ""), "00000000");
	assert_string_equal(parsed(&chars, "abcd"), "the text is too long");
	assert_string_equal(parsed(&array, "0x01020304"), "01020304");
	assert_string_equal(parsed(&array, "1,2"), "it is 0x and two digits for each byte");
	assert_string_equal(parsed(&unknown, "0xABcdef"), "abcdef");
	assert_string_equal(parsed(&unknown, "0xabcdeg"), "it is 0x and two digits for each byte");
}

static void the_members_of_a_struct_follow_each_other(void **state)
{
	static const struct bw_layout_field fields[] = {
		{.name = "a", .kind = BW_UNSIGNED, .size = 1, .count = 1},
		{.name = "inner", .kind = BW_STRUCT, .offset = 2, .size = 4, .count = 1, .below = 2},
		{.name = "b", .kind = BW_SIGNED, .size = 2, .count = 1},
		{.name = "yes", .kind = BW_BOOL, .offset = 2, .size = 1, .count = 1},
		{.name = "comm", .kind = BW_CHAR, .offset = 6, .size = 1, .count = 4, .n_dims = 1, .dims = {4}},
	};
	const struct bw_layout layout = {fields, LENGTH(fields), 10};

	(void)state;
	assert_string_equal(parsed(&layout, "5,-2,true,cat"), "0500feff010063617400");
	assert_string_equal(parsed(&layout, "5,-2,true,"), "0500feff010000000000");
	assert_string_equal(parsed(&layout, "5,-2,true"), "it has more members");
	assert_string_equal(parsed(&layout, "5,-2,true,cat,1"), "it has fewer members");
	assert_string_equal(parsed(&layout, "5,-2,1,cat"), "it is true or false");
}

static void a_prefix_is_read_as_it_is_written(void **state)
{
	static const struct {
		const char *text;
		size_t size;
	} good[] = {{"10.0.0.0/8", 8}, {"2001:db8::/32", 20}, {"0x0a80/9", 6}, {"0.0.0.0/0", 8}},
	  bad[] = {{"10.0.0.0", 8}, {"10.0.0.0/33", 8}, {"10.0.0/8", 8}, {"0x0a/9", 6}, {"/8", 8}, {"::/0", 8}};
	char key[20], written[128];
	const char *why;

	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++) {
		assert_int_equal(bw_prefix_parse(good[i].text, key, good[i].size, &why), 0);
		bw_prefix_put(written, key, good[i].size);
		assert_string_equal(written, good[i].text);
	}
	for (size_t i = 0; i < LENGTH(bad); i++) {
		assert_int_equal(bw_prefix_parse(bad[i].text, key, bad[i].size, &why), -EINVAL);
		assert_non_null(why);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_number_has_to_fit),
	cmocka_unit_test(text_and_other_arrays_have_their_forms),
	cmocka_unit_test(the_members_of_a_struct_follow_each_other),
	cmocka_unit_test(a_prefix_is_read_as_it_is_written),
};

UNIT_MODULE("output/value_parse", NULL, NULL);
