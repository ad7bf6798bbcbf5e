/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entries of a map, as text:
 *   15:04:05 counts, 2 entries
 *   PID COMM VALUE
 *    12 cat      3
 *   812 vim     40
 * or as JSON, an object an entry: {"time":...,"table":"counts","key":{"pid":12,"comm":"cat"},"value":3}
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "output/layout.h"

struct bw_table {
	const char *name;
	struct bw_layout key, value; /* without fields: not known */
	uint32_t key_size, value_size;
	uint32_t cpus; /* how many values an entry has, each value_size rounded up to 8 bytes; 0: it is not per CPU */
};

/* Entries: n times the key, padded to 8 bytes, and the value or values. */
struct bw_table_rows {
	char *bytes; /* owned */
	size_t n;
};

/* The bytes from one row to the next, and from its beginning to its values. */
size_t bw_table_stride(const struct bw_table *table);
size_t bw_table_value_at(const struct bw_table *table);

/*
 * The values of all CPUs become one: the sum, where it is a number, else those that are not all zero stay. Then sorts
 * the rows by the value's first number, the least first, and those that are equal by their keys.
 */
void bw_table_sort(const struct bw_table *table, struct bw_table_rows *rows);

/* Writes sorted rows to out, with the time, in ns of CLOCK_MONOTONIC. 0 or -ENOMEM; a failure to write is out's. */
int bw_table_text(const struct bw_table *table, const struct bw_table_rows *rows, uint64_t now, FILE *out);
int bw_table_json(const struct bw_table *table, const struct bw_table_rows *rows, uint64_t now, FILE *out);

/* A whole number of 1, 2, 4 or 8 bytes at data. */
bool bw_table_is_number(const struct bw_layout_field *field);
uint64_t bw_table_number(const struct bw_layout_field *field, const void *data);
