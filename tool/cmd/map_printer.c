/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/map_printer.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/log.h"
#include "output/event_json.h"
#include "output/histogram.h"
#include "output/prefix.h"
#include "output/table.h"
#include "output/timestamp.h"
#include "process/frames.h"
#include "program/map_rows.h"

static bool is_stack(const struct bw_image_map *map)
{
	return map->type == BPF_MAP_TYPE_STACK_TRACE;
}

static bool is_printed(const struct bw_image_map *map)
{
	return bw_map_rows_can(map) && strcmp(map->name, BW_REFUSED_TABLE) != 0 && map->name[0] != '_';
}

bool bw_map_printer_has(const struct bw_loaded *loaded, const char *name)
{
	int i = bw_image_find_map(loaded->image, name);

	return i >= 0 && is_printed(&loaded->image->maps[i]);
}

bool bw_map_printer_counts(const struct bw_loaded *loaded, const char *name)
{
	struct bw_table table = bw_map_rows_table(loaded, (uint32_t)bw_image_find_map(loaded->image, name));

	return bw_histogram_fits(&table);
}

static unsigned count_stacks(const struct bw_map_printer *m)
{
	const struct bw_image *image = m->loaded->image;
	unsigned n = 0;

	for (uint32_t i = 0; i < image->n_maps; i++)
		n += is_stack(&image->maps[i]);
	return n;
}

static const struct bw_layout_field *pid_field(const struct bw_layout *layout)
{
	const struct bw_layout_field *f = bw_layout_find(layout, "tgid");

	f = f ? f : bw_layout_find(layout, "pid");
	return f && bw_table_is_number(f) ? f : NULL;
}

enum { OWNERS_MAX = 1 << 16 };

/* Several processes can have a stack of one table: the last counts. Of several tables the number is ambiguous: 0. */
static void add_owner(struct bw_map_printer *m, int64_t stack, pid_t pid, bool several)
{
	struct bw_map_printer_owner *more;

	for (size_t i = 0; i < m->n_owners; i++)
		if (m->owners[i].stack == stack) {
			m->owners[i].pid = several && m->owners[i].pid != pid ? 0 : pid;
			return;
		}
	if (m->n_owners == OWNERS_MAX)
		return;
	more = reallocarray(m->owners, m->n_owners + 1, sizeof(*more));
	if (!more)
		return;
	m->owners = more;
	m->owners[m->n_owners++] = (struct bw_map_printer_owner){stack, pid};
}

void bw_map_printer_note(struct bw_map_printer *m, const struct bw_layout *layout, const void *data, size_t size)
{
	const struct bw_layout_field *pid = pid_field(layout);
	unsigned tables = pid ? count_stacks(m) : 0;

	if (tables == 0 || pid->offset + pid->size > size)
		return;
	for (uint32_t i = 0; i < layout->n; i += 1 + layout->fields[i].below) {
		const struct bw_layout_field *f = &layout->fields[i];

		if (strstr(f->name, "stack") && bw_table_is_number(f) && f->offset + f->size <= size)
			add_owner(m, (int32_t)bw_table_number(f, data), (pid_t)bw_table_number(pid, data), tables > 1);
	}
}

static pid_t owner_of(const struct bw_map_printer *m, uint32_t stack)
{
	for (size_t i = 0; i < m->n_owners; i++)
		if (m->owners[i].stack == (int32_t)stack)
			return m->owners[i].pid;
	return 0;
}

static bool is_among(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static enum bw_image_display display_of(const struct bw_map_printer *m, const struct bw_image_map *map,
					const struct bw_table *table)
{
	if (!bw_histogram_fits(table) || bw_map_rows_is_queue(map))
		return BW_DISPLAY_TABLE;
	if (is_among(map->name, m->log2, m->n_log2))
		return BW_DISPLAY_LOG2;
	return is_among(map->name, m->linear, m->n_linear) ? BW_DISPLAY_LINEAR : map->display;
}

/* 0 or -ENOMEM. */
static int print_rows(const struct bw_map_printer *m, const struct bw_image_map *map, const struct bw_table *table,
		      struct bw_table_rows *rows, uint64_t now, FILE *out)
{
	enum bw_image_display display = display_of(m, map, table);
	bool log2 = display == BW_DISPLAY_LOG2;

	if (!bw_map_rows_is_queue(map))
		bw_table_sort(table, rows);
	if (display == BW_DISPLAY_TABLE)
		return m->json ? bw_table_json(table, rows, now, out) : bw_table_text(table, rows, now, out);
	return m->json ? bw_histogram_json(table, rows, log2, now, out)
		       : bw_histogram_text(table, rows, log2, now, out);
}

static void note_rows(struct bw_map_printer *m, const struct bw_table *table, const struct bw_table_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		const char *row = rows->bytes + i * bw_table_stride(table);

		bw_map_printer_note(m, &table->key, row, table->key_size);
		bw_map_printer_note(m, &table->value, row + bw_table_value_at(table), table->value_size);
	}
}

/* "BUILD_ID+0xOFFSET", or the address where the kernel found no build ID. Returns false where the stack ends. */
static bool name_build_id(const char *entry, char *name, size_t size)
{
	const struct bpf_stack_build_id *e = (const struct bpf_stack_build_id *)entry;
	int n = 0;

	if (e->status == BPF_STACK_BUILD_ID_IP)
		snprintf(name, size, "0x%llx", (unsigned long long)e->ip);
	if (e->status == BPF_STACK_BUILD_ID_VALID) {
		for (size_t i = 0; i < sizeof(e->build_id); i++)
			n += snprintf(name + n, size - (size_t)n, "%02x", e->build_id[i]);
		snprintf(name + n, size - (size_t)n, "+0x%llx", (unsigned long long)e->offset);
	}
	return e->status != BPF_STACK_BUILD_ID_EMPTY;
}

/* A row of a stack table. */
struct stack {
	struct bw_frames *frames;
	uint32_t id;
	pid_t pid; /* the process; 0: unknown */
	const char *entries;
	size_t size, step; /* in bytes; an entry has `step`: an address, or a struct bpf_stack_build_id */
};

enum { FRAME_MAX = 512 };

/* Returns false where the stack ends. */
static bool name_frame(const struct stack *stack, size_t i, char name[FRAME_MAX])
{
	const char *entry = stack->entries + stack->step * i;
	uint64_t address;

	if (i == stack->size / stack->step)
		return false;
	if (stack->step == sizeof(struct bpf_stack_build_id))
		return name_build_id(entry, name, FRAME_MAX);
	memcpy(&address, entry, sizeof(address));
	if (address != 0)
		bw_frames_name(stack->frames, stack->pid, address, name, FRAME_MAX);
	return address != 0;
}

static void print_stack(const struct stack *stack, FILE *out)
{
	char name[FRAME_MAX], escaped[4 * FRAME_MAX];

	if (stack->pid)
		fprintf(out, "  %u (pid %d)\n", stack->id, stack->pid);
	else
		fprintf(out, "  %u\n", stack->id);
	for (size_t i = 0; name_frame(stack, i, name); i++)
		fprintf(out, "    %.*s\n", (int)bw_escape(escaped, name, strlen(name)), escaped);
}

/* 0 or -ENOMEM. */
static int print_json_stack(const struct stack *stack, const char *table, uint64_t now, FILE *out)
{
	BW_CLEANUP(bw_json_free) struct bw_json json = {0};
	struct bw_timestamp_clock clock = {0};
	char name[FRAME_MAX];

	bw_event_json_open(&json, &clock, now, table);
	bw_json_key(&json, "stack");
	bw_json_number(&json, stack->id);
	bw_json_key(&json, "pid");
	bw_json_signed(&json, stack->pid);
	bw_json_key(&json, "frames");
	bw_json_open_array(&json);
	for (size_t i = 0; name_frame(stack, i, name); i++)
		bw_json_text(&json, name);
	bw_json_close_array(&json);
	bw_json_close_object(&json);
	return bw_json_print_line(&json, out);
}

/* 0 or -ENOMEM. */
static int print_stacks(const struct bw_map_printer *m, const struct bw_table *table, const struct bw_table_rows *rows,
			size_t step, uint64_t now, FILE *out)
{
	struct stack stack = {.frames = m->frames, .size = table->value_size, .step = step};
	struct bw_timestamp_clock clock = {0};
	char time[BW_TIMESTAMP_LEN];
	int r = 0;

	bw_timestamp_put(&clock, time, now);
	if (!m->json)
		fprintf(out, "%.*s %s, %zu %s\n", BW_TIMESTAMP_LEN, time, table->name, rows->n,
			rows->n == 1 ? "stack" : "stacks");
	for (size_t i = 0; r == 0 && i < rows->n; i++) {
		const char *row = rows->bytes + i * bw_table_stride(table);

		memcpy(&stack.id, row, sizeof(stack.id));
		stack.pid = owner_of(m, stack.id);
		stack.entries = row + bw_table_value_at(table);
		if (m->json)
			r = print_json_stack(&stack, table->name, now, out);
		else
			print_stack(&stack, out);
	}
	return r;
}

/* 0 or -ENOMEM. */
static int print_prefixes(const struct bw_map_printer *m, const struct bw_image_map *map, const struct bw_table *table,
			  const struct bw_table_rows *rows, uint64_t now, FILE *out)
{
	BW_CLEANUP(bw_map_rows_free) struct bw_table_rows texts = {0};
	struct bw_layout_field field;
	const struct bw_table shown = bw_prefix_table(table, &field);
	int r = bw_prefix_rows(table, rows, &shown, &texts);

	return r < 0 ? r : print_rows(m, map, &shown, &texts, now, out);
}

/* 0 or -errno. */
static int print_map(struct bw_map_printer *m, uint32_t index, uint64_t now, FILE *out)
{
	const struct bw_image_map *map = &m->loaded->image->maps[index];
	struct bw_table table = bw_map_rows_table(m->loaded, index);
	BW_CLEANUP(bw_map_rows_free) struct bw_table_rows rows = {0};
	int r = bw_map_rows_read(m->loaded, index, &table, &rows), printed;

	if (r < 0)
		return r;
	if (m->clear && !bw_map_rows_is_queue(map))
		r = bw_map_rows_clear(m->loaded, index, &table, &rows);
	if (is_stack(map)) {
		printed = print_stacks(m, &table, &rows,
				       map->flags & BPF_F_STACK_BUILD_ID ? sizeof(struct bpf_stack_build_id)
									 : sizeof(uint64_t),
				       now, out);
	} else {
		note_rows(m, &table, &rows);
		printed = map->type == BPF_MAP_TYPE_LPM_TRIE ? print_prefixes(m, map, &table, &rows, now, out)
							     : print_rows(m, map, &table, &rows, now, out);
	}
	return r < 0 ? r : printed;
}

/* Either the stacks, or all other maps. */
static void print_all(struct bw_map_printer *m, bool stacks, uint64_t now, FILE *out)
{
	const struct bw_image *image = m->loaded->image;

	for (uint32_t i = 0; i < image->n_maps; i++) {
		const struct bw_image_map *map = &image->maps[i];
		int r = 0;

		if (stacks ? is_stack(map) : is_printed(map))
			r = print_map(m, i, now, out);
		if (r < 0)
			bw_log_error(r, "cannot print or clear the map '%s': %s", map->name, strerror(-r));
	}
}

static void report_no_memory(void)
{
	bw_log_error(-ENOMEM, "cannot print the maps: %s", strerror(ENOMEM));
}

void bw_map_printer_show(struct bw_map_printer *m, struct bw_out *out)
{
	uint64_t now = bw_timestamp_now();
	BW_FREE char *text = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);

	if (!file || (!m->frames && bw_frames_new("", &m->frames) < 0)) {
		report_no_memory();
		if (file)
			fclose(file);
		return;
	}
	/* The stacks last: the other maps have the processes they belong to. */
	print_all(m, false, now, file);
	bw_frames_begin(m->frames);
	print_all(m, true, now, file);
	bw_frames_end(m->frames);
	if (fclose(file) != 0)
		report_no_memory();
	else
		bw_out_put(out, text, len);
}

void bw_map_printer_free(struct bw_map_printer *m)
{
	free(m->owners);
	m->owners = NULL;
	bw_frames_free(m->frames);
	m->frames = NULL;
	m->n_owners = 0;
}
