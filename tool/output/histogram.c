/* SPDX-License-Identifier: Apache-2.0 */
#include "output/histogram.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "output/event_json.h"
#include "output/timestamp.h"
#include "output/value.h"

/* A histogram of more slots would be unreadable. */
enum { SLOTS_MAX = 65536, LOG2_SLOTS = 64 };

/* The key's field that counts the slots. */
static const struct bw_layout_field *slot_field(const struct bw_layout *key)
{
	const struct bw_layout_field *slot = bw_layout_find(key, "slot"), *last = NULL;

	for (uint32_t i = 0; i < key->n; i += 1 + key->fields[i].below)
		last = &key->fields[i];
	slot = slot ? slot : last;
	return slot && bw_table_is_number(slot) ? slot : NULL;
}

bool bw_histogram_fits(const struct bw_table *t)
{
	return bw_layout_is_single(&t->value) && bw_table_is_number(&t->value.fields[0]) && slot_field(&t->key);
}

/* One section's counts. */
struct counts {
	uint64_t *slots; /* SLOTS_MAX */
	uint64_t max;
	int64_t last;	 /* the last slot that is not zero; -1: none */
	uint64_t beyond; /* counted in slots above the last one */
};

struct histogram {
	const struct bw_table *table;
	const struct bw_layout_field *slot, *value;
	bool log2;
	uint64_t now;
	FILE *out;
	struct counts counts;
};

/* A copy of a row's key, without its slot: equal for all of a section. */
static void section_of(const struct histogram *h, const char *row, char *section)
{
	memcpy(section, row, h->table->key_size);
	if (!h->slot->bits)
		memset(section + h->slot->offset, 0, h->slot->size);
	for (uint32_t bit = h->slot->shift; bit < h->slot->shift + h->slot->bits; bit++)
		section[h->slot->offset + bit / 8] &= (char)~(1u << bit % 8);
}

static bool is_section(const struct histogram *h, const char *row, const char *section, char *scratch)
{
	section_of(h, row, scratch);
	return memcmp(scratch, section, h->table->key_size) == 0;
}

static uint64_t last_slot(const struct histogram *h)
{
	return h->log2 ? LOG2_SLOTS : SLOTS_MAX - 1;
}

static void count(struct histogram *h, const char *row)
{
	uint64_t slot = bw_table_number(h->slot, row);
	uint64_t n = bw_table_number(h->value, row + bw_table_value_at(h->table));

	if (slot > last_slot(h))
		h->counts.beyond += n;
	if (n == 0 || slot > last_slot(h))
		return;
	h->counts.slots[slot] += n;
	n = h->counts.slots[slot];
	h->counts.max = n > h->counts.max ? n : h->counts.max;
	h->counts.last = (int64_t)slot > h->counts.last ? (int64_t)slot : h->counts.last;
}

static void bounds(const struct histogram *h, uint64_t slot, uint64_t *low, uint64_t *high)
{
	*low = *high = slot;
	if (!h->log2 || slot == 0)
		return;
	*low = slot == 1 ? 0 : 1ULL << (slot - 1);
	*high = slot >= LOG2_SLOTS ? UINT64_MAX : (1ULL << slot) - 1;
}

/* Slot 0 of a log2 histogram is never counted by bpf_log2. */
static uint64_t first_slot(const struct histogram *h)
{
	return h->log2 && h->counts.slots[0] == 0 ? 1 : 0;
}

enum { STARS = 40 };

static void print_heading(const struct histogram *h, bool wide)
{
	int indent = wide ? 15 : 5, width = 13;

	if (h->log2)
		width = wide ? 29 : 19;
	fprintf(h->out, "%*s%-*s : count     distribution\n", indent, "", width, "value");
}

static void print_bars(const struct histogram *h)
{
	static const char stars[] = "****************************************";
	bool wide = h->log2 && h->counts.last > 32;
	int width = wide ? STARS / 2 : STARS;

	if (h->counts.last < 0 && h->counts.beyond == 0)
		return;
	print_heading(h, wide);
	for (uint64_t slot = first_slot(h); (int64_t)slot <= h->counts.last; slot++) {
		unsigned long long n = h->counts.slots[slot];
		int bar = (int)((double)width * (double)n / (double)h->counts.max);
		uint64_t low, high;

		bounds(h, slot, &low, &high);
		if (h->log2)
			fprintf(h->out, wide ? "%20llu -> %-20llu" : "%10llu -> %-10llu", (unsigned long long)low,
				(unsigned long long)high);
		else
			fprintf(h->out, "        %-10llu", (unsigned long long)low);
		fprintf(h->out, " : %-8llu |%.*s%*s|\n", n, bar, stars, width - bar, "");
	}
	if (h->counts.beyond)
		fprintf(h->out, "%llu in slots below 0 or above %llu\n", (unsigned long long)h->counts.beyond,
			(unsigned long long)last_slot(h));
}

static bool is_of_section(const struct histogram *h, const struct bw_layout_field *f)
{
	return f != h->slot && *f->name && strncmp(f->name, "__pad", 5) != 0;
}

/* Prints "disk = sda, flags = 1". 0 or -ENOMEM. */
static int print_section(const struct histogram *h, const char *section)
{
	const struct bw_layout *key = &h->table->key;
	const char *gap = "\n";

	for (uint32_t i = 0; i < key->n; i += 1 + key->fields[i].below) {
		const struct bw_layout_field *f = &key->fields[i];
		BW_FREE char *value = malloc(bw_value_longest(f));

		if (!value)
			return -ENOMEM;
		if (!is_of_section(h, f))
			continue;
		fprintf(h->out, "%s%s = ", gap, f->name);
		fwrite(value, 1, bw_value_put(value, f, section + f->offset, h->table->key_size - f->offset), h->out);
		gap = ", ";
	}
	if (*gap == ',')
		putc('\n', h->out);
	return 0;
}

static int text_section(const struct histogram *h, const char *section)
{
	int r = print_section(h, section);

	if (r == 0)
		print_bars(h);
	return r;
}

/* The key without its slot. */
static void json_key(struct bw_json *json, const struct histogram *h, const char *section)
{
	const struct bw_layout *key = &h->table->key;

	if (bw_layout_is_single(key))
		return;
	bw_json_key(json, "section");
	bw_json_open_object(json);
	for (uint32_t i = 0; i < key->n; i += 1 + key->fields[i].below) {
		const struct bw_layout_field *f = &key->fields[i];

		if (is_of_section(h, f))
			bw_event_json_field(json, f, section + f->offset, h->table->key_size - f->offset);
	}
	bw_json_close_object(json);
}

static void json_bucket(struct bw_json *json, const struct histogram *h, uint64_t slot)
{
	uint64_t low, high;

	bounds(h, slot, &low, &high);
	bw_json_open_object(json);
	bw_json_key(json, "low");
	bw_json_number(json, low);
	bw_json_key(json, "high");
	bw_json_number(json, high);
	bw_json_key(json, "count");
	bw_json_number(json, h->counts.slots[slot]);
	bw_json_close_object(json);
}

static int json_section(const struct histogram *h, const char *section)
{
	BW_CLEANUP(bw_json_free) struct bw_json json = {0};
	struct bw_timestamp_clock clock = {0};

	bw_event_json_open(&json, &clock, h->now, h->table->name);
	json_key(&json, h, section);
	bw_json_key(&json, "histogram");
	bw_json_text(&json, h->log2 ? "log2" : "linear");
	bw_json_key(&json, "buckets");
	bw_json_open_array(&json);
	for (uint64_t slot = first_slot(h); (int64_t)slot <= h->counts.last; slot++)
		json_bucket(&json, h, slot);
	bw_json_close_array(&json);
	bw_json_key(&json, "beyond");
	bw_json_number(&json, h->counts.beyond);
	bw_json_close_object(&json);
	return bw_json_print_line(&json, h->out);
}

/* Prints each section, in the order of their first rows. 0, -ENOMEM or print's error. */
static int each_section(struct histogram *h, struct bw_table_rows *rows,
			int (*print)(const struct histogram *h, const char *section))
{
	size_t stride = bw_table_stride(h->table), size = h->table->key_size;
	BW_FREE char *section = malloc(size + 1), *scratch = malloc(size + 1);
	BW_FREE uint64_t *slots = calloc(SLOTS_MAX, sizeof(*slots));
	size_t left = h->slot ? rows->n : 0;
	int r = section && scratch && slots ? 0 : -ENOMEM;

	while (r == 0 && left > 0) {
		size_t kept = 0;

		memset(slots, 0, SLOTS_MAX * sizeof(*slots));
		h->counts = (struct counts){.slots = slots, .last = -1};
		section_of(h, rows->bytes, section);
		for (size_t i = 0; i < left; i++) {
			char *row = rows->bytes + i * stride;

			if (is_section(h, row, section, scratch))
				count(h, row);
			else
				memmove(rows->bytes + kept++ * stride, row, stride);
		}
		left = kept;
		r = print(h, section);
	}
	return r;
}

static struct histogram histogram_of(const struct bw_table *table, bool log2, uint64_t now, FILE *out)
{
	return (struct histogram){.table = table,
				  .slot = slot_field(&table->key),
				  .value = table->value.fields,
				  .log2 = log2,
				  .now = now,
				  .out = out};
}

int bw_histogram_text(const struct bw_table *table, struct bw_table_rows *rows, bool log2, uint64_t now, FILE *out)
{
	struct histogram h = histogram_of(table, log2, now, out);
	struct bw_timestamp_clock clock = {0};
	char time[BW_TIMESTAMP_LEN];

	bw_timestamp_put(&clock, time, now);
	fprintf(out, "%.*s %s\n", BW_TIMESTAMP_LEN, time, table->name);
	return each_section(&h, rows, text_section);
}

int bw_histogram_json(const struct bw_table *table, struct bw_table_rows *rows, bool log2, uint64_t now, FILE *out)
{
	struct histogram h = histogram_of(table, log2, now, out);

	return each_section(&h, rows, json_section);
}
