/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "output/prefix.h"
#include "tests/unit/unit.h"

static void a_prefix_is_an_address_and_its_length(void **state)
{
	static const struct {
		uint32_t bits, n;
		unsigned char bytes[20];
		const char *text;
	} cases[] = {
		{8, 4, {10}, "10.0.0.0/8"},
		{0, 4, {0}, "0.0.0.0/0"},
		{32, 16, {0x20, 1, 0x0d, 0xb8}, "2001:db8::/32"},
		{9, 2, {0x0a, 0x80}, "0x0a80/9"},
		{4294967295, 1, {255}, "0xff/4294967295"},
		{160,
		 20,
		 {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20},
		 "0x0102030405060708090a0b0c0d0e0f1011121314/160"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const size_t size = 4 + cases[i].n;
		char key[24], *text = malloc(bw_prefix_longest(size));

		memcpy(key, &cases[i].bits, 4);
		memcpy(key + 4, cases[i].bytes, cases[i].n);
		bw_prefix_put(text, key, size);
		assert_string_equal(text, cases[i].text);
		free(text);
	}
}

static void the_values_of_a_trie_stay_with_their_prefixes(void **state)
{
	static const struct bw_layout_field number = {.name = "", .kind = BW_UNSIGNED, .size = 8, .count = 1};
	const struct bw_table from = {.name = "routes", .key_size = 8, .value = {&number, 1, 8}, .value_size = 8};
	uint64_t entries[2][2] = {{0}, {0}};
	struct bw_table_rows rows = {(char *)entries, 2}, texts;
	struct bw_layout_field text;
	const struct bw_table to = bw_prefix_table(&from, &text);

	(void)state;
	memcpy(entries[0], (const unsigned char[]){16, 0, 0, 0, 172, 16, 0, 0}, 8);
	memcpy(entries[1], (const unsigned char[]){8, 0, 0, 0, 10, 0, 0, 0}, 8);
	entries[0][1] = 5;
	entries[1][1] = 6;
	assert_int_equal(bw_prefix_rows(&from, &rows, &to, &texts), 0);
	assert_int_equal(texts.n, 2);
	for (size_t i = 0; i < 2; i++) {
		const char *row = texts.bytes + i * bw_table_stride(&to);
		uint64_t value;

		assert_string_equal(row, i ? "10.0.0.0/8" : "172.16.0.0/16");
		memcpy(&value, row + bw_table_value_at(&to), sizeof(value));
		assert_int_equal(value, 5 + i);
	}
	free(texts.bytes);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_prefix_is_an_address_and_its_length),
	cmocka_unit_test(the_values_of_a_trie_stay_with_their_prefixes),
};

UNIT_MODULE("output/prefix", NULL, NULL);
