/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "output/histogram.h"
#include "output/table.h"
#include "output/timestamp.h"
#include "tests/unit/readback.h"
#include "tests/unit/samples.h"

static const struct bw_layout_field eight = {.name = "", .kind = BW_UNSIGNED, .size = 8, .count = 1};
static const struct bw_layout_field four = {.name = "", .kind = BW_UNSIGNED, .size = 4, .count = 1};

static const struct bw_table counts = {"dist", {&four, 1, 4}, {&eight, 1, 8}, 4, 8, 0};

static void a_histogram_has_a_line_for_each_slot_up_to_the_last(void **state)
{
	struct {
		u32 slot, pad;
		u64 n;
	} rows[] = {{1, 0, 1}, {3, 0, 4}};
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_true(bw_histogram_fits(&counts));
	bw_histogram_text(&counts, &(struct bw_table_rows){(char *)rows, 2}, true, 1, out);
	assert_string_equal(shown(&text, out),
			    "dist\n     value               : count     distribution\n"
			    "         0 -> 1          : 1        |**********                              |\n"
			    "         2 -> 3          : 0        |                                        |\n"
			    "         4 -> 7          : 4        |****************************************|\n");
	out = open_memstream(&text, &len);
	bw_histogram_json(&counts, &(struct bw_table_rows){(char *)rows, 1}, true, 1, out);
	assert_string_equal(shown(&text, out), "\"table\":\"dist\",\"histogram\":\"log2\",\"buckets\":"
					       "[{\"low\":0,\"high\":1,\"count\":1}],\"beyond\":0}\n");
	rows[1].slot = 40;
	out = open_memstream(&text, &len);
	bw_histogram_text(&counts, &(struct bw_table_rows){(char *)rows, 2}, true, 1, out);
	assert_non_null(strstr(shown(&text, out),
			       "        549755813888 -> 1099511627775        : 4        |********************|\n"));
}

static void a_histogram_has_a_section_for_each_other_part_of_its_keys(void **state)
{
	static const struct bw_layout_field key[] = {
		{.name = "disk", .kind = BW_CHAR, .size = 1, .count = 8, .n_dims = 1, .dims = {8}},
		{.name = "slot", .kind = BW_UNSIGNED, .offset = 8, .size = 8, .count = 1}};
	struct {
		char disk[8];
		u64 slot, n;
	} sections[] = {{"sda", 2, 5}, {"sdb", 0, 1}, {"sda", 1, 10}, {"sda", UINT64_MAX, 2}};
	struct bw_table t = {"dist", {key, 2, 16}, {&eight, 1, 8}, 16, 8, 0};
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	bw_histogram_text(&t, &(struct bw_table_rows){(char *)sections, 4}, false, 1, out);
	assert_string_equal(shown(&text, out),
			    "dist\n\ndisk = sda\n     value         : count     distribution\n"
			    "        0          : 0        |                                        |\n"
			    "        1          : 10       |****************************************|\n"
			    "        2          : 5        |********************                    |\n"
			    "2 in slots below 0 or above 65535\n"
			    "\ndisk = sdb\n     value         : count     distribution\n"
			    "        0          : 1        |****************************************|\n");
	t.value = (struct bw_layout){NULL, 0, 8};
	assert_false(bw_histogram_fits(&t));
}

/* Slots that log2 can't have; sections that are structs, or bits beside the slot's. */
static void slots_and_sections_of_unusual_keys_are_shown(void **state)
{
	static const struct bw_layout_field nested[] = {
		{.name = "in", .kind = BW_STRUCT, .size = 4, .count = 1, .below = 1},
		{.name = "a", .kind = BW_UNSIGNED, .size = 4, .count = 1},
		{.name = "slot", .kind = BW_UNSIGNED, .offset = 4, .size = 4, .count = 1}};
	static const struct bw_layout_field bits[] = {
		{.name = "cpu", .kind = BW_UNSIGNED, .size = 4, .count = 1, .bits = 4},
		{.name = "slot", .kind = BW_UNSIGNED, .size = 4, .count = 1, .bits = 28, .shift = 4}};
	struct {
		u32 a, slot;
		u64 n;
	} rows[] = {{7, 1, 1}, {8, 70, 4}};
	struct bw_table t = {"dist", {nested, 3, 8}, {&eight, 1, 8}, 8, 8, 0};
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	bw_histogram_json(&t, &(struct bw_table_rows){(char *)rows, 2}, true, 1, out);
	assert_non_null(strstr(shown(&text, out), "\"section\":{\"in\":{\"a\":7}}"));
	rows[0].a = 8, rows[0].slot = 1, rows[0].n = 1; /* they were sorted */
	out = open_memstream(&text, &len);
	bw_histogram_text(&t, &(struct bw_table_rows){(char *)rows, 2}, true, 1, out);
	assert_non_null(strstr(shown(&text, out), "\n4 in slots below 0 or above 64\n"));
	t.key = (struct bw_layout){bits, 2, 8};
	rows[0].a = 1 << 4 | 1, rows[1].a = 1 << 4 | 2;
	rows[0].slot = rows[1].slot = 0;
	out = open_memstream(&text, &len);
	bw_histogram_json(&t, &(struct bw_table_rows){(char *)rows, 2}, true, 1, out);
	assert_non_null(strstr(shown(&text, out), "\"section\":{\"cpu\":1}"));
}

static void the_section_of_a_histogram_with_a_hostile_name_reads_back(void **state)
{
	static const struct bw_layout_field key[] = {
		{.name = "disk", .kind = BW_CHAR, .size = 1, .count = 16, .n_dims = 1, .dims = {16}},
		{.name = "slot", .kind = BW_UNSIGNED, .offset = 16, .size = 8, .count = 1},
		{.name = "part", .kind = BW_UNSIGNED, .offset = 24, .size = 8, .count = 1}};
	const struct bw_table t = {"dist", {key, 3, 32}, {&eight, 1, 8}, 32, 8, 0};

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct {
			char disk[16];
			u64 slot, part, n;
		} row = {.slot = 1, .part = 7, .n = 1};
		BW_FREE char *text = NULL;
		struct reader r;
		char disk[17];
		size_t len;
		FILE *out = open_memstream(&text, &len);

		hostile(row.disk, sizeof(row.disk));
		bw_histogram_text(&t, &(struct bw_table_rows){(char *)&row, 1}, false, 1, out);
		fclose(out);
		r.p = text + BW_TIMESTAMP_LEN;
		expect(&r, " dist\n\ndisk = ");
		read_name_and_comma(&r, disk, sizeof(disk));
		expect(&r, " part = 7\n     value ");
		assert_memory_equal(disk, row.disk, sizeof(row.disk));
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_histogram_has_a_line_for_each_slot_up_to_the_last),
	cmocka_unit_test(a_histogram_has_a_section_for_each_other_part_of_its_keys),
	cmocka_unit_test(slots_and_sections_of_unusual_keys_are_shown),
	cmocka_unit_test(the_section_of_a_histogram_with_a_hostile_name_reads_back),
};

UNIT_MODULE("output/histogram", NULL, NULL);
