/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "program/image.h"
#include "program/image_bytes.h"

/* The bytes that are written. */
struct writer {
	FILE *file;
	uint32_t n_chars; /* of the strings so far */
	uint32_t n_fields;
};

static uint32_t string_at(struct writer *w, const char *string)
{
	uint32_t at = w->n_chars;

	w->n_chars += (uint32_t)strlen(string) + 1;
	return at;
}

static void put(struct writer *w, const void *record, size_t size)
{
	fwrite(record, size, 1, w->file);
}

static void put_string(struct writer *w, const char *string)
{
	put(w, string, strlen(string) + 1);
}

static void put_records(struct writer *w, const struct bw_image *image)
{
	for (uint32_t i = 0; i < image->n_maps; i++) {
		const struct bw_image_map *m = &image->maps[i];

		put(w,
		    &(struct map_record){string_at(w, m->name),
					 m->type,
					 m->key_size,
					 m->value_size,
					 m->max_entries,
					 m->flags,
					 m->display,
					 {m->key.n, m->key.size},
					 {m->value.n, m->value.size},
					 m->content != NULL},
		    sizeof(struct map_record));
	}
	for (uint32_t i = 0; i < image->n_programs; i++) {
		const struct bw_image_program *p = &image->programs[i];

		put(w, &(struct program_record){string_at(w, p->name), p->n_insns}, sizeof(struct program_record));
	}
	for (uint32_t i = 0; i < image->n_events; i++) {
		const struct bw_image_event *e = &image->events[i];

		put(w, &(struct event_record){e->map, {e->layout.n, e->layout.size}}, sizeof(struct event_record));
	}
}

static void put_fields(struct writer *w, const struct bw_layout *layout)
{
	for (uint32_t i = 0; i < layout->n; i++) {
		const struct bw_layout_field *f = &layout->fields[i];

		struct field_record r = {string_at(w, f->name),
					 f->kind,
					 f->offset,
					 f->size,
					 f->count,
					 f->below,
					 f->n_dims,
					 {0},
					 f->bits,
					 f->shift};

		memcpy(r.dims, f->dims, sizeof(r.dims));
		put(w, &r, sizeof(r));
	}
	w->n_fields += layout->n;
}

static void put_field_names(struct writer *w, const struct bw_layout *layout)
{
	for (uint32_t i = 0; i < layout->n; i++)
		put_string(w, layout->fields[i].name);
}

/* In the order in which they are read. */
static void each_layout(struct writer *w, const struct bw_image *image,
			void (*each)(struct writer *w, const struct bw_layout *layout))
{
	for (uint32_t i = 0; i < image->n_events; i++)
		each(w, &image->events[i].layout);
	for (uint32_t i = 0; i < image->n_maps; i++) {
		each(w, &image->maps[i].key);
		each(w, &image->maps[i].value);
	}
}

/* In the order in which string_at counted them. */
static void put_strings(struct writer *w, const struct bw_image *image)
{
	put_string(w, image->license);
	for (uint32_t i = 0; i < image->n_maps; i++)
		put_string(w, image->maps[i].name);
	for (uint32_t i = 0; i < image->n_programs; i++)
		put_string(w, image->programs[i].name);
	each_layout(w, image, put_field_names);
}

/* How many bytes that are. */
static uint32_t put_contents(struct writer *w, const struct bw_image *image)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < image->n_maps; i++) {
		if (!image->maps[i].content)
			continue;
		put(w, image->maps[i].content, image->maps[i].value_size);
		n += image->maps[i].value_size;
	}
	return n;
}

int bw_image_write(const struct bw_image *image, int fd)
{
	struct header h = {.version = VERSION, .n_maps = image->n_maps, .n_programs = image->n_programs};
	BW_FREE char *bytes = NULL;
	size_t len = 0;
	struct writer w = {.file = open_memstream(&bytes, &len)};

	if (!w.file)
		return -ENOMEM;
	memcpy(h.magic, magic, MAGIC_LEN);
	h.license = string_at(&w, image->license);
	h.n_events = image->n_events;
	put(&w, &h, sizeof(h));
	put_records(&w, image);
	each_layout(&w, image, put_fields);
	h.n_fields = w.n_fields;
	for (uint32_t i = 0; i < image->n_programs; i++) {
		put(&w, image->programs[i].insns, image->programs[i].n_insns * sizeof(struct bpf_insn));
		h.n_insns += image->programs[i].n_insns;
	}
	h.n_content = put_contents(&w, image);
	put_strings(&w, image);
	h.n_chars = w.n_chars;
	if (fclose(w.file) != 0)
		return -ENOMEM;
	memcpy(bytes, &h, sizeof(h));
	return bw_file_write(fd, bytes, len);
}
