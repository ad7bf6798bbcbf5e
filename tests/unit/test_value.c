/* SPDX-License-Identifier: Apache-2.0 */
/* Values of every type, in the lines of events. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/value.h"
#include "tests/unit/samples.h"

/* Every type that an event can have. */
static void a_field_of_every_type_is_shown(void **state)
{
	struct every_type e = {
		.c = 'A',
		.sc = -128,
		.uc = 255,
		.b = 1,
		.s = -32768,
		.us = 65535,
		.i = INT32_MIN,
		.ui = UINT32_MAX,
		.l = INT64_MIN,
		.ul = UINT64_MAX,
		.ll = -1,
		.ull = UINT64_MAX,
		.wide = (unsigned __int128)0xf0 << 120 | 0x0201,
		.mood = CALM,
		.a = {-1, 0, 7},
		.one = {9},
		.t = {'f', 'u', 'l', 'l'},
		.p = (void *)0xabcd,
	};

	(void)state;
	assert_string_equal(
		line_of("every_type", &by_field, &e, sizeof(e)),
		" C='A' SC=-128 UC=255 B=true S=-32768 US=65535 I=-2147483648 UI=4294967295"
		" L=-9223372036854775808 UL=18446744073709551615 LL=-1 ULL=18446744073709551615"
		" WIDE=0x010200000000000000000000000000f0 MOOD=-1 A=[-1,0,7] ONE=[9] T=full P=0xabcd F=0x0");
	e.c = '\n';
	e.b = 0;
	assert_non_null(strstr(line_of("every_type", &by_field, &e, sizeof(e)), " C=10 SC=-128 UC=255 B=false"));
}

static void structs_and_unions_are_shown_with_their_members(void **state)
{
	struct nested e = {.pid = 5, .in = {{-1, "ab"}, {2, "c"}}, .u = 513, .deep = {(const char *)0x10}};

	(void)state;
	assert_string_equal(line_of("nested", &by_field, &e, sizeof(e)),
			    " PID=5 IN=[{x=-1 n=ab},{x=2 n=c}] {u=513 b=[1,2,0,0]} DEEP={q=0x10}");
}

static void an_array_is_shown_with_all_its_dimensions(void **state)
{
	struct dimensions e = {
		.grid = {{1, 2, 3}, {4, 5, 6}},
		.names = {{"ab"}, {"full"}},
		.many = {{{{{{1, 2}, {3, 4}}}}}},
	};

	(void)state;
	assert_string_equal(line_of("dimensions", &by_field, &e, sizeof(e)),
			    " GRID=[[1,2,3],[4,5,6]] NAMES=[ab,full] NONE=[] MANY=[[[[1,2,3,4]]]] TAIL=");
}

static void a_bit_field_is_shown_with_its_sign(void **state)
{
	struct bits e = {.a = 1, .b = -2, .c = 1ULL << 39 | 5, .d = 1, .e = 7};
	struct across x = {.a = 15, .b = 0x7fffffff, .c = 3};

	(void)state;
	assert_string_equal(line_of("bits", &by_field, &e, sizeof(e)), " A=1 B=-2 C=549755813893 D=true E=7");
	assert_non_null(strstr(line_of("across", &by_field, &x, sizeof(x)), " A=15 B=0xf"));
	assert_non_null(strstr(line_of("across", &by_field, &x, sizeof(x)), " C=3"));
}

/* A char alone is one in quotes, or a number; nothing else reads so. */
static void no_two_characters_are_shown_alike(void **state)
{
	static const struct bw_layout_field field = {.name = "c", .kind = BW_CHAR, .size = 1, .count = 1};
	char shown[256][32];

	(void)state;
	for (int c = 0; c < 256; c++) {
		char byte = (char)c;
		size_t len = bw_value_put(shown[c], &field, &byte, 1);

		shown[c][len] = '\0';
		if (*shown[c] == '\'')
			assert_true(len == 3 && shown[c][1] == byte && !strchr(" =\"\\',[]{}", byte));
		for (int other = 0; other < c; other++)
			assert_string_not_equal(shown[c], shown[other]);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_field_of_every_type_is_shown),
	cmocka_unit_test(structs_and_unions_are_shown_with_their_members),
	cmocka_unit_test(an_array_is_shown_with_all_its_dimensions),
	cmocka_unit_test(a_bit_field_is_shown_with_its_sign),
	cmocka_unit_test(no_two_characters_are_shown_alike),
};

UNIT_MODULE("output/value", load_types, free_types);
