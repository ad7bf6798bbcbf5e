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
#include "output/clock.h"
#include "output/event_json.h"
#include "output/histogram.h"
#include "output/table.h"
#include "process/frames.h"
#include "program/map_rows.h"

static bool is_stack(const struct bw_image_map *map)
{
	return map->type == BPF_MAP_TYPE_STACK_TRACE;
}

static bool is_shown(const struct bw_image_map *map)
{
	return bw_map_rows_can(map) && strcmp(map->name, BW_REFUSED_TABLE) != 0;
}

bool bw_map_printer_has(const struct bw_loaded *loaded, const char *name)
{
	int i = bw_image_find_map(loaded->image, name);

	return i >= 0 && is_shown(&loaded->image->maps[i]);
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

/* A stack of one table may be several processes'. Of several tables, two may have the number: then it is nobody's. */
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

static enum bw_image_display shape_of(const struct bw_map_printer *m, const struct bw_image_map *map,
				      const struct bw_table *table)
{
	if (!bw_histogram_fits(table))
		return BW_DISPLAY_TABLE;
	if (is_among(map->name, m->log2, m->n_log2))
		return BW_DISPLAY_LOG2;
	return is_among(map->name, m->linear, m->n_linear) ? BW_DISPLAY_LINEAR : map->display;
}

static void show_rows(const struct bw_map_printer *m, const struct bw_image_map *map, const struct bw_table *table,
		      struct bw_table_rows *rows, uint64_t now, FILE *out)
{
	enum bw_image_display display = shape_of(m, map, table);

	bw_table_sort(table, rows);
	if (display == BW_DISPLAY_TABLE && m->json)
		bw_table_json(table, rows, now, out);
	else if (display == BW_DISPLAY_TABLE)
		bw_table_text(table, rows, now, out);
	else if (m->json)
		bw_histogram_json(table, rows, display == BW_DISPLAY_LOG2, now, out);
	else
		bw_histogram_text(table, rows, display == BW_DISPLAY_LOG2, now, out);
}

static void note_rows(struct bw_map_printer *m, const struct bw_table *table, const struct bw_table_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		const char *row = rows->bytes + i * bw_table_stride(table);

		bw_map_printer_note(m, &table->key, row, table->key_size);
		bw_map_printer_note(m, &table->value, row + bw_table_value_at(table), table->value_size);
	}
}

/* "BUILD_ID+0xOFFSET", by which the file is known, or the address where the kernel could not tell. false: no more. */
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

/* false: the stack has no more. */
static bool name_frame(struct bw_frames *frames, pid_t pid, const char *entry, size_t step, char *name, size_t size)
{
	uint64_t address;

	if (step == sizeof(struct bpf_stack_build_id))
		return name_build_id(entry, name, size);
	memcpy(&address, entry, sizeof(address));
	if (address != 0)
		bw_frames_name(frames, pid, address, name, size);
	return address != 0;
}

/* An entry has `step` bytes: an address, or a struct bpf_stack_build_id. */
static void show_frames(const struct bw_map_printer *m, struct bw_frames *frames, pid_t pid, const char *entries,
			size_t size, size_t step, FILE *out)
{
	for (size_t i = 0; i < size / step; i++) {
		char name[512], escaped[6 * sizeof(name)];
		bool exact;

		if (!name_frame(frames, pid, entries + step * i, step, name, sizeof(name)))
			break;
		if (m->json)
			fprintf(out, "%s\"%.*s\"", i ? "," : "",
				(int)bw_escape_json(escaped, name, strlen(name), &exact), escaped);
		else
			fprintf(out, "    %.*s\n", (int)bw_escape(escaped, name, strlen(name)), escaped);
	}
}

static void show_stack(const struct bw_map_printer *m, struct bw_frames *frames, const struct bw_table *table,
		       const char *row, size_t step, uint64_t now, FILE *out)
{
	BW_FREE char *head = malloc(BW_JSON_HEAD + strlen(table->name));
	struct bw_clock clock = {0};
	uint32_t id;
	pid_t pid;

	memcpy(&id, row, sizeof(id));
	pid = owner_of(m, id);
	if (!head)
		return;
	if (m->json)
		fprintf(out, "%.*s,\"stack\":%u,\"pid\":%d,\"frames\":[",
			(int)bw_event_json_head(head, &clock, now, table->name), head, id, pid);
	else if (pid)
		fprintf(out, "  %u (pid %d)\n", id, pid);
	else
		fprintf(out, "  %u\n", id);
	show_frames(m, frames, pid, row + bw_table_value_at(table), table->value_size, step, out);
	if (m->json)
		fputs("]}\n", out);
	/* cppcheck-suppress memleak ; it does not know the cleanup attribute */
}

static void show_stacks(const struct bw_map_printer *m, const struct bw_table *table, const struct bw_table_rows *rows,
			size_t step, uint64_t now, FILE *out)
{
	struct bw_clock clock = {0};
	char time[BW_CLOCK_LEN];

	bw_clock_put(&clock, time, now);
	if (!m->json)
		fprintf(out, "%.*s %s, %zu %s\n", BW_CLOCK_LEN, time, table->name, rows->n,
			rows->n == 1 ? "stack" : "stacks");
	for (size_t i = 0; i < rows->n; i++)
		show_stack(m, m->frames, table, rows->bytes + i * bw_table_stride(table), step, now, out);
}

/* 0 or -errno. */
static int show_map(struct bw_map_printer *m, uint32_t index, uint64_t now, FILE *out)
{
	const struct bw_image_map *map = &m->loaded->image->maps[index];
	struct bw_table table = bw_map_rows_table(m->loaded, index);
	BW_CLEANUP(bw_map_rows_free) struct bw_table_rows rows = {0};
	int r = bw_map_rows_read(m->loaded, index, &table, &rows);

	if (r < 0)
		return r;
	if (m->clear)
		r = bw_map_rows_clear(m->loaded, index, &table, &rows);
	if (is_stack(map)) {
		show_stacks(m, &table, &rows,
			    map->flags & BPF_F_STACK_BUILD_ID ? sizeof(struct bpf_stack_build_id) : sizeof(uint64_t),
			    now, out);
	} else {
		note_rows(m, &table, &rows);
		show_rows(m, map, &table, &rows, now, out);
	}
	return r;
}

/* All of those that are stacks, or all others. */
static void show_all(struct bw_map_printer *m, bool stacks, uint64_t now, FILE *out)
{
	const struct bw_image *image = m->loaded->image;

	for (uint32_t i = 0; i < image->n_maps; i++) {
		const struct bw_image_map *map = &image->maps[i];
		int r = (stacks ? is_stack(map) : is_shown(map)) ? show_map(m, i, now, out) : 0;

		if (r < 0)
			bw_log_error(r, "the map '%s' can't be shown or cleared: %s", map->name, strerror(-r));
	}
}

void bw_map_printer_show(struct bw_map_printer *m, struct bw_out *out)
{
	uint64_t now = bw_clock_now();
	BW_FREE char *text = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);

	if (!file || (!m->frames && bw_frames_new("", &m->frames) < 0)) {
		bw_log_error(-ENOMEM, "there is no memory to show the maps");
		if (file)
			fclose(file);
		return;
	}
	/* The stacks last: the others say whose they are. */
	show_all(m, false, now, file);
	bw_frames_begin(m->frames);
	show_all(m, true, now, file);
	bw_frames_end(m->frames);
	if (fclose(file) != 0)
		bw_log_error(-ENOMEM, "there is no memory to show the maps");
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
