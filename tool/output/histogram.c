/* SPDX-License-Identifier: Apache-2.0 */
#include "output/histogram.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "output/clock.h"
#include "output/event_json.h"
#include "output/value.h"

/* More slots are no histogram that one could read. */
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
	uint64_t beyond; /* counted in slots that are too many */
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

static void print_bars(const struct histogram *h)
{
	static const char stars[] = "****************************************";
	bool wide = h->log2 && h->counts.last > 32;
	int width = wide ? STARS / 2 : STARS;

	if (h->counts.last < 0 && h->counts.beyond == 0)
		return;
	fprintf(h->out,
		h->log2 ? wide ? "%15s%-29s : count     distribution\n" : "%5s%-19s : count     distribution\n"
			: "%5s%-13s : count     distribution\n",
		"", "value");
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

/* "disk = sda, flags = 1" */
static void print_section(const struct histogram *h, const char *section)
{
	const struct bw_layout *key = &h->table->key;
	const char *gap = "\n";

	for (uint32_t i = 0; i < key->n; i += 1 + key->fields[i].below) {
		const struct bw_layout_field *f = &key->fields[i];
		BW_FREE char *value = is_of_section(h, f) ? malloc(bw_value_longest(f)) : NULL;

		if (!value)
			continue;
		fprintf(h->out, "%s%s = ", gap, f->name);
		fwrite(value, 1, bw_value_put(value, f, section + f->offset, h->table->key_size - f->offset), h->out);
		gap = ", ";
	}
	if (*gap == ',')
		putc('\n', h->out);
}

static void text_section(const struct histogram *h, const char *section)
{
	print_section(h, section);
	print_bars(h);
}

static void json_key(const struct histogram *h, const char *section)
{
	const struct bw_layout *key = &h->table->key;
	bool first = true;

	if (bw_layout_is_single(key))
		return;
	fputs(",\"section\":", h->out);
	for (uint32_t i = 0; i < key->n; i += 1 + key->fields[i].below) {
		const struct bw_layout_field *f = &key->fields[i];
		BW_FREE struct bw_layout_field *alone = calloc(1 + f->below, sizeof(*alone));
		struct bw_layout layout = {alone, 1 + f->below, f->size * f->count};
		BW_FREE char *value = NULL;

		if (!is_of_section(h, f))
			continue;
		if (!alone)
			return;
		memcpy(alone, f, (1 + f->below) * sizeof(*alone));
		alone[0].offset = 0;
		value = malloc(bw_event_json_longest(&layout, layout.size));
		if (!value)
			return;
		/* An object of one member, without its closing brace: they are joined. */
		fputs(first ? "{" : ",", h->out);
		fwrite(value + 1, 1, bw_event_json_value(value, &layout, section + f->offset, layout.size) - 2, h->out);
		first = false;
	}
	fputs(first ? "{}" : "}", h->out);
}

static void json_section(const struct histogram *h, const char *section)
{
	BW_FREE char *head = malloc(BW_JSON_HEAD + strlen(h->table->name));
	struct bw_clock clock = {0};

	if (!head)
		return;
	fwrite(head, 1, bw_event_json_head(head, &clock, h->now, h->table->name), h->out);
	json_key(h, section);
	fprintf(h->out, ",\"histogram\":\"%s\",\"buckets\":[", h->log2 ? "log2" : "linear");
	for (uint64_t slot = first_slot(h); (int64_t)slot <= h->counts.last; slot++) {
		uint64_t low, high;

		bounds(h, slot, &low, &high);
		fprintf(h->out, "%s{\"low\":%llu,\"high\":%llu,\"count\":%llu}", slot == first_slot(h) ? "" : ",",
			(unsigned long long)low, (unsigned long long)high, (unsigned long long)h->counts.slots[slot]);
	}
	fprintf(h->out, "],\"beyond\":%llu}\n", (unsigned long long)h->counts.beyond);
}

/* Takes each section's rows out of those that are left, in the order of their first. */
static void each_section(struct histogram *h, struct bw_table_rows *rows,
			 void (*show)(const struct histogram *h, const char *section))
{
	size_t stride = bw_table_stride(h->table), size = h->table->key_size;
	BW_FREE char *section = malloc(size + 1), *scratch = malloc(size + 1);
	BW_FREE uint64_t *slots = calloc(SLOTS_MAX, sizeof(*slots));
	size_t left = rows->n;

	while (h->slot && section && scratch && slots && left > 0) {
		size_t kept = 0;

		memset(slots, 0, SLOTS_MAX * sizeof(*slots));
		h->counts = (struct counts){slots, 0, -1, 0};
		section_of(h, rows->bytes, section);
		for (size_t i = 0; i < left; i++) {
			char *row = rows->bytes + i * stride;

			if (is_section(h, row, section, scratch))
				count(h, row);
			else
				memmove(rows->bytes + kept++ * stride, row, stride);
		}
		left = kept;
		show(h, section);
	}
}

static struct histogram begin(const struct bw_table *table, bool log2, uint64_t now, FILE *out)
{
	return (struct histogram){.table = table,
				  .slot = slot_field(&table->key),
				  .value = table->value.fields,
				  .log2 = log2,
				  .now = now,
				  .out = out};
}

void bw_histogram_text(const struct bw_table *table, struct bw_table_rows *rows, bool log2, uint64_t now, FILE *out)
{
	struct histogram h = begin(table, log2, now, out);
	struct bw_clock clock = {0};
	char time[BW_CLOCK_LEN];

	bw_clock_put(&clock, time, now);
	fprintf(out, "%.*s %s\n", BW_CLOCK_LEN, time, table->name);
	each_section(&h, rows, text_section);
}

void bw_histogram_json(const struct bw_table *table, struct bw_table_rows *rows, bool log2, uint64_t now, FILE *out)
{
	struct histogram h = begin(table, log2, now, out);

	each_section(&h, rows, json_section);
}
