/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "output/table.h"
#include "tests/unit/readback.h"
#include "tests/unit/samples.h"

static const struct bw_layout_field eight = {.name = "", .kind = BW_UNSIGNED, .size = 8, .count = 1};
static const struct bw_layout_field four = {.name = "", .kind = BW_UNSIGNED, .size = 4, .count = 1};

static void a_table_is_sorted_and_aligned_as_text_and_an_object_a_row_as_json(void **state)
{
	static const struct bw_layout_field key[] = {
		{.name = "pid", .kind = BW_UNSIGNED, .size = 4, .count = 1},
		{.name = "comm", .kind = BW_CHAR, .offset = 4, .size = 1, .count = 12, .n_dims = 1, .dims = {12}}};
	struct {
		u32 pid;
		char comm[12];
		u64 value;
	} rows[] = {{12, "cat", 40}, {8121, "a\nb", 3}, {7, "vim", 3}};
	struct bw_table t = {"counts", {key, 2, 16}, {&eight, 1, 8}, 16, 8, 0};
	struct bw_table_rows r = {(char *)rows, 3};
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	bw_table_sort(&t, &r);
	bw_table_text(&t, &r, 1, out);
	assert_string_equal(shown(&text, out), "counts, 3 entries\n PID COMM VALUE\n   7 vim      3\n"
					       "8121 a\\nb     3\n  12 cat     40\n");
	out = open_memstream(&text, &len);
	bw_table_json(&t, &(struct bw_table_rows){(char *)rows, 1}, 1, out);
	assert_string_equal(shown(&text, out),
			    "\"table\":\"counts\",\"key\":{\"pid\":7,\"comm\":\"vim\"},\"value\":3}\n");
	/* Bytes of no known type, and none at all. */
	t.key = (struct bw_layout){NULL, 0, 16};
	out = open_memstream(&text, &len);
	bw_table_text(&t, &(struct bw_table_rows){(char *)rows, 1}, 1, out);
	assert_string_equal(shown(&text, out), "counts, 1 entry\nKEY                                VALUE\n"
					       "0x0700000076696d000000000000000000     3\n");
	out = open_memstream(&text, &len);
	bw_table_text(&t, &(struct bw_table_rows){NULL, 0}, 1, out);
	assert_string_equal(shown(&text, out), "counts, 0 entries\n");
}

/* Numbers of several CPUs are added up; other values stand side by side. */
static void numbers_of_several_cpus_are_added_and_other_values_stand_side_by_side(void **state)
{
	static const struct bw_layout_field pair[] = {
		{.name = "a", .kind = BW_SIGNED, .size = 4, .count = 1},
		{.name = "p", .kind = BW_POINTER, .offset = 8, .size = 8, .count = 1}};
	struct {
		u32 key, pad;
		u64 values[4];
	} rows[] = {{1, 0, {9, 0, 1, 16}}, {2, 0, {UINT32_MAX, 0, 0, 0}}};
	struct bw_table t = {"n", {&four, 1, 4}, {&eight, 1, 8}, 4, 8, 4};
	struct bw_table_rows r = {(char *)rows, 1};
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	bw_table_sort(&t, &r);
	bw_table_text(&t, &r, 1, out);
	assert_string_equal(shown(&text, out), "n, 1 entry\nKEY VALUE\n  1    26\n");
	rows[0].values[0] = 9;
	t = (struct bw_table){"n", {&four, 1, 4}, {pair, 2, 16}, 4, 16, 2};
	r.n = 2;
	bw_table_sort(&t, &r);
	out = open_memstream(&text, &len);
	bw_table_text(&t, &r, 1, out);
	assert_string_equal(shown(&text, out),
			    "n, 2 entries\nKEY A@0 P@0 A@1 P@1\n  2  -1 0x0   0 0x0\n  1   9 0x0   1 0x10\n");
	out = open_memstream(&text, &len);
	bw_table_json(&t, &(struct bw_table_rows){(char *)(rows + 1), 1}, 1, out);
	assert_string_equal(
		shown(&text, out),
		"\"table\":\"n\",\"key\":1,\"values\":[{\"a\":9,\"p\":\"0x0\"},{\"a\":1,\"p\":\"0x10\"}]}\n");
}

enum { CELLS = 5, CELL_BYTES = 12 };

struct row {
	char key[CELL_BYTES], more[CELL_BYTES];
	union {
		u64 value;
		char last[8];
	};
};

static const struct bw_layout_field row_key[] = {
	{.name = "comm", .kind = BW_CHAR, .size = 1, .count = CELL_BYTES, .n_dims = 1, .dims = {CELL_BYTES}},
	{.name = "name",
	 .kind = BW_CHAR,
	 .offset = CELL_BYTES,
	 .size = 1,
	 .count = CELL_BYTES,
	 .n_dims = 1,
	 .dims = {CELL_BYTES}}};

/* The last column is a number or a text; that alone may be empty without quotes. */
static void read_row(struct reader *r, bool ends_with_text, struct row *row)
{
	read_text(r, " =\"", row->key, sizeof(row->key));
	skip_spaces(r);
	read_text(r, " =\"", row->more, sizeof(row->more));
	skip_spaces(r);
	if (ends_with_text)
		read_text(r, " =\"\n", row->last, sizeof(row->last));
	else
		row->value = read_number(r);
	expect(r, "\n");
}

static void check_rows(bool ends_with_text)
{
	static const struct bw_layout_field text = {
		.kind = BW_CHAR, .size = 1, .count = 8, .n_dims = 1, .dims = {8}, .name = ""};
	const struct bw_table t = {
		"counts", {row_key, 2, 2 * CELL_BYTES}, {ends_with_text ? &text : &eight, 1, 8}, 2 * CELL_BYTES, 8, 0};
	struct row rows[CELLS], got;
	BW_FREE char *table = NULL;
	struct reader r;
	size_t len;
	FILE *out = open_memstream(&table, &len);

	for (size_t k = 0; k < CELLS; k++) {
		hostile(rows[k].key, CELL_BYTES);
		hostile(rows[k].more, CELL_BYTES);
		rows[k].value = (u64)random();
		if (ends_with_text)
			hostile(rows[k].last, sizeof(rows[k].last));
	}
	bw_table_text(&t, &(struct bw_table_rows){(char *)rows, CELLS}, 1, out);
	fclose(out);
	r.p = strchr(table, '\n');
	assert_non_null(r.p);
	expect(&r, "\nCOMM ");
	r.p = strchr(r.p, '\n') + 1;
	for (size_t k = 0; k < CELLS; k++) {
		memset(&got, 0, sizeof(got));
		read_row(&r, ends_with_text, &got);
		assert_memory_equal(&got, &rows[k], sizeof(got));
	}
	assert_int_equal(*r.p, '\0');
}

static void the_rows_of_a_table_of_hostile_text_read_back(void **state)
{
	(void)state;
	for (int i = 0; i < ROUNDS / 10; i++)
		check_rows(i % 2);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_table_is_sorted_and_aligned_as_text_and_an_object_a_row_as_json),
	cmocka_unit_test(numbers_of_several_cpus_are_added_and_other_values_stand_side_by_side),
	cmocka_unit_test(the_rows_of_a_table_of_hostile_text_read_back),
};

UNIT_MODULE("output/table", load_types, free_types);
