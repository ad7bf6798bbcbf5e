/* SPDX-License-Identifier: Apache-2.0 */
#include "output/table.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/out.h"
#include "output/event_json.h"
#include "output/timestamp.h"
#include "output/value.h"

static size_t round_up(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

size_t bw_table_value_at(const struct bw_table *table)
{
	return round_up(table->key_size);
}

size_t bw_table_stride(const struct bw_table *table)
{
	return bw_table_value_at(table) + round_up(table->value_size) * (table->cpus ? table->cpus : 1);
}

bool bw_table_is_number(const struct bw_layout_field *f)
{
	return (f->kind == BW_UNSIGNED || f->kind == BW_SIGNED) && f->n_dims == 0;
}

uint64_t bw_table_number(const struct bw_layout_field *f, const void *data)
{
	uint64_t n = bw_value_number(f, (const char *)data + f->offset);

	if (f->kind == BW_SIGNED && !f->bits && f->size < 8 && n >> (8 * f->size - 1))
		n |= UINT64_MAX << (8 * f->size);
	return n;
}

/* The value's first number; NULL: it has none. */
static const struct bw_layout_field *sort_field(const struct bw_table *table)
{
	for (uint32_t i = 0; i < table->value.n; i += 1 + table->value.fields[i].below)
		if (bw_table_is_number(&table->value.fields[i]))
			return &table->value.fields[i];
	return NULL;
}

static bool is_one_number(const struct bw_layout *layout)
{
	return bw_layout_is_single(layout) && bw_table_is_number(&layout->fields[0]);
}

/* The sum replaces the first value. */
static void add_up(const struct bw_table *table, char *values)
{
	const struct bw_layout_field *f = &table->value.fields[0];
	uint64_t sum = 0;

	for (uint32_t c = 0; c < table->cpus; c++)
		sum += bw_table_number(f, values + c * round_up(table->value_size));
	memcpy(values, &sum, f->size);
}

struct order {
	const struct bw_table *table;
	const struct bw_layout_field *field;
};

static int compare(const void *a, const void *b, void *cookie)
{
	const struct order *o = cookie;
	size_t at = bw_table_value_at(o->table);

	if (o->field) {
		uint64_t x = bw_table_number(o->field, (const char *)a + at);
		uint64_t y = bw_table_number(o->field, (const char *)b + at);

		if (x != y && o->field->kind == BW_SIGNED)
			return (int64_t)x < (int64_t)y ? -1 : 1;
		if (x != y)
			return x < y ? -1 : 1;
	}
	return memcmp(a, b, o->table->key_size);
}

void bw_table_sort(const struct bw_table *table, struct bw_table_rows *rows)
{
	size_t stride = bw_table_stride(table);

	if (table->cpus && is_one_number(&table->value))
		for (size_t i = 0; i < rows->n; i++)
			add_up(table, rows->bytes + i * stride + bw_table_value_at(table));
	if (rows->n > 0)
		qsort_r(rows->bytes, rows->n, stride, compare, &(struct order){table, sort_field(table)});
}

/* A column: a field of the key or of the value, or all of it. */
struct column {
	const struct bw_layout *layout;
	const struct bw_layout_field *field; /* NULL: bytes of no known type */
	const char *label;
	size_t at; /* of what the field is in, in the row */
	size_t have;
	uint32_t cpu;
	size_t width;
	bool right, last;
};

struct columns {
	struct column *columns; /* n, owned */
	size_t n;
};

static void add_column(struct columns *c, struct column column)
{
	column.right = column.field && bw_table_is_number(column.field);
	c->columns[c->n++] = column;
}

static void add_columns(struct columns *c, const struct bw_layout *layout, const char *label, size_t at, size_t have)
{
	struct column column = {.layout = layout, .label = label, .at = at, .have = have};

	if (layout->n == 0 || bw_layout_is_single(layout)) {
		column.field = layout->n ? layout->fields : NULL;
		add_column(c, column);
		return;
	}
	for (uint32_t i = 0; i < layout->n; i += 1 + layout->fields[i].below) {
		column.field = &layout->fields[i];
		column.label = column.field->name;
		if (*column.label || column.field->below)
			add_column(c, column);
	}
}

/* The values of a map per CPU that are no numbers have columns for each CPU. 0 or -ENOMEM. */
static int make_columns(struct columns *c, const struct bw_table *t)
{
	uint32_t cpus = t->cpus && !is_one_number(&t->value) ? t->cpus : 1;

	c->columns = calloc(t->key.n + 1 + (size_t)cpus * (t->value.n + 1), sizeof(*c->columns));
	if (!c->columns)
		return -ENOMEM;
	add_columns(c, &t->key, "key", 0, t->key_size);
	for (uint32_t i = 0; i < cpus; i++) {
		size_t from = c->n;

		add_columns(c, &t->value, "value", bw_table_value_at(t) + i * round_up(t->value_size), t->value_size);
		for (; from < c->n; from++)
			c->columns[from].cpu = cpus > 1 ? i + 1 : 0;
	}
	if (c->n > 0)
		c->columns[c->n - 1].last = true;
	return 0;
}

static size_t put_label(char *dst, size_t size, const struct column *c)
{
	int n = c->cpu ? snprintf(dst, size, "%s@%u", c->label, c->cpu - 1) : snprintf(dst, size, "%s", c->label);

	for (char *p = dst; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return n < (int)size ? (size_t)n : size - 1;
}

static size_t put_cell(char *dst, const struct column *c, const char *row)
{
	size_t len;

	if (!c->field)
		return bw_value_put_hex(dst, row + c->at, c->have);
	len = bw_value_put(dst, c->field, row + c->at + c->field->offset, c->have - c->field->offset);
	/* Else an empty cell could not be seen. */
	return len > 0 || c->last ? len : bw_out_text(dst, "\"\"");
}

/* Wider columns, which do not fit into a terminal anyway, are not padded. */
enum { WIDTH_MAX = 64, LABEL_MAX = 160 };

static void print_cell(FILE *out, const struct column *c, const char *text, size_t len)
{
	size_t pad = len < c->width ? c->width - len : 0;

	if (c->right)
		fprintf(out, "%*s", (int)pad, "");
	fwrite(text, 1, len, out);
	if (!c->last)
		fprintf(out, "%*s ", c->right ? 0 : (int)pad, "");
}

static void measure(struct columns *c, const struct bw_table *t, const struct bw_table_rows *rows, char *cell)
{
	for (size_t k = 0; k < c->n; k++) {
		struct column *column = &c->columns[k];

		column->width = put_label(cell, LABEL_MAX, column);
		for (size_t i = 0; i < rows->n; i++) {
			size_t len = put_cell(cell, column, rows->bytes + i * bw_table_stride(t));

			column->width = len > column->width && len <= WIDTH_MAX ? len : column->width;
		}
	}
}

static size_t longest_cell(const struct columns *c)
{
	size_t longest = LABEL_MAX;

	for (size_t k = 0; k < c->n; k++) {
		const struct column *column = &c->columns[k];
		size_t len = column->field ? bw_value_longest(column->field) : 2 + 2 * column->have;

		longest = len > longest ? len : longest;
	}
	return longest;
}

int bw_table_text(const struct bw_table *table, const struct bw_table_rows *rows, uint64_t now, FILE *out)
{
	BW_FREE struct column *owned = NULL;
	struct columns c = {0};
	BW_FREE char *cell = NULL;
	struct bw_timestamp_clock clock = {0};
	char time[BW_TIMESTAMP_LEN];

	if (make_columns(&c, table) < 0)
		return -ENOMEM;
	owned = c.columns;
	cell = malloc(longest_cell(&c));
	if (!cell)
		return -ENOMEM;
	bw_timestamp_put(&clock, time, now);
	fprintf(out, "%.*s %s, %zu %s\n", BW_TIMESTAMP_LEN, time, table->name, rows->n,
		rows->n == 1 ? "entry" : "entries");
	measure(&c, table, rows, cell);
	for (size_t k = 0; k < c.n && rows->n > 0; k++)
		print_cell(out, &owned[k], cell, put_label(cell, LABEL_MAX, &owned[k]));
	for (size_t i = 0; i < rows->n; i++) {
		putc('\n', out);
		for (size_t k = 0; k < c.n; k++)
			print_cell(out, &owned[k], cell,
				   put_cell(cell, &owned[k], rows->bytes + i * bw_table_stride(table)));
	}
	if (rows->n > 0)
		putc('\n', out);
	return 0;
}

/* One value, or, of a map per CPU whose values are no numbers, an array of them. */
static void json_values(struct bw_json *json, const struct bw_table *t, const char *values)
{
	if (t->cpus == 0 || is_one_number(&t->value)) {
		bw_event_json_member(json, "value", &t->value, values, t->value_size);
		return;
	}
	bw_json_key(json, "values");
	bw_json_open_array(json);
	for (uint32_t c = 0; c < t->cpus; c++)
		bw_event_json_value(json, &t->value, values + c * round_up(t->value_size), t->value_size);
	bw_json_close_array(json);
}

int bw_table_json(const struct bw_table *t, const struct bw_table_rows *rows, uint64_t now, FILE *out)
{
	BW_CLEANUP(bw_json_free) struct bw_json json = {0};
	struct bw_timestamp_clock clock = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < rows->n; i++) {
		const char *row = rows->bytes + i * bw_table_stride(t);

		bw_event_json_open(&json, &clock, now, t->name);
		bw_event_json_member(&json, "key", &t->key, row, t->key_size);
		json_values(&json, t, row + bw_table_value_at(t));
		bw_json_close_object(&json);
		r = bw_json_print_line(&json, out);
	}
	return r;
}
