/* SPDX-License-Identifier: Apache-2.0 */
#include "program/image.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "program/image_bytes.h"

/* The parts of an image. */
struct parts {
	const struct header *header;
	const struct map_record *maps;
	const struct program_record *programs;
	const struct event_record *events;
	const struct field_record *fields;
	const struct bpf_insn *insns;
	const char *content;
	const char *chars;
};

static int find_parts(struct parts *p, const void *bytes, size_t len)
{
	const struct header *h = bytes;
	size_t need = sizeof(*h);

	if (len < sizeof(*h) || memcmp(h->magic, magic, MAGIC_LEN) != 0 || h->version != VERSION)
		return -EINVAL;
	if (h->n_maps > MOST || h->n_programs > MOST || h->n_events > MOST || h->n_fields > MOST || h->n_insns > MOST ||
	    h->n_content > MOST || h->n_chars > MOST)
		return -EINVAL;
	p->header = h;
	p->maps = (const void *)((const char *)bytes + need);
	need += h->n_maps * sizeof(*p->maps);
	p->programs = (const void *)((const char *)bytes + need);
	need += h->n_programs * sizeof(*p->programs);
	p->events = (const void *)((const char *)bytes + need);
	need += h->n_events * sizeof(*p->events);
	p->fields = (const void *)((const char *)bytes + need);
	need += h->n_fields * sizeof(*p->fields);
	p->insns = (const void *)((const char *)bytes + need);
	need += h->n_insns * sizeof(*p->insns);
	p->content = (const char *)bytes + need;
	need += h->n_content;
	p->chars = (const char *)bytes + need;
	need += h->n_chars;
	return need == len && h->n_chars > 0 && p->chars[h->n_chars - 1] == '\0' ? 0 : -EINVAL;
}

static bool read_string(const struct parts *p, uint32_t offset, const char **string)
{
	*string = p->chars + offset;
	return offset < p->header->n_chars;
}

static int read_maps(struct bw_image *image, const struct parts *p)
{
	uint32_t at = 0; /* in the contents */

	for (uint32_t i = 0; i < image->n_maps; i++) {
		const struct map_record *r = &p->maps[i];
		struct bw_image_map *map = &image->maps[i];

		*map = (struct bw_image_map){.type = r->type,
					     .key_size = r->key_size,
					     .value_size = r->value_size,
					     .max_entries = r->max_entries,
					     .flags = r->flags,
					     .display = r->display};
		if (r->display >= BW_DISPLAYS || !read_string(p, r->name, &map->name))
			return -EINVAL;
		if (!r->has_content)
			continue;
		if (r->value_size > p->header->n_content - at)
			return -EINVAL;
		map->content = p->content + at;
		at += r->value_size;
	}
	return 0;
}

/* Every map, and every variable, that the instructions refer to must be there. */
static int check_insns(const struct bw_image_program *program, const struct bw_image_map *maps, uint32_t n_maps)
{
	for (uint32_t i = 0; i < program->n_insns; i++) {
		const struct bpf_insn *insn = &program->insns[i];

		if (insn->code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		if (++i == program->n_insns)
			return -EINVAL;
		if (insn->src_reg == BPF_PSEUDO_MAP_FD && (uint32_t)insn->imm >= n_maps)
			return -EINVAL;
		if (insn->src_reg == BPF_PSEUDO_MAP_VALUE &&
		    ((uint32_t)insn->imm >= n_maps || !maps[insn->imm].content ||
		     (uint32_t)insn[1].imm >= maps[insn->imm].value_size))
			return -EINVAL;
	}
	return 0;
}

static int read_programs(struct bw_image *image, const struct parts *p)
{
	uint32_t first = 0;

	for (uint32_t i = 0; i < image->n_programs; i++) {
		const struct program_record *r = &p->programs[i];

		if (r->n_insns > p->header->n_insns - first)
			return -EINVAL;
		image->programs[i] = (struct bw_image_program){NULL, p->insns + first, r->n_insns};
		first += r->n_insns;
		if (!read_string(p, r->name, &image->programs[i].name) ||
		    check_insns(&image->programs[i], image->maps, image->n_maps) < 0)
			return -EINVAL;
	}
	return 0;
}

static int read_fields(struct bw_image *image, const struct parts *p)
{
	for (uint32_t i = 0; i < p->header->n_fields; i++) {
		const struct field_record *r = &p->fields[i];
		struct bw_layout_field *f = &image->fields[i];

		*f = (struct bw_layout_field){NULL,	r->kind,   r->offset, r->size, r->count,
					      r->below, r->n_dims, {0},	      r->bits, r->shift};
		memcpy(f->dims, r->dims, sizeof(f->dims));
		if (r->kind >= BW_KINDS || !read_string(p, r->name, &f->name))
			return -EINVAL;
	}
	return 0;
}

/* *first: the index of the next field. */
static int read_layout(struct bw_image *image, const struct parts *p, const struct layout_record *r, uint32_t *first,
		       struct bw_layout *layout)
{
	if (r->n_fields > p->header->n_fields - *first)
		return -EINVAL;
	*layout = (struct bw_layout){image->fields + *first, r->n_fields, r->size};
	*first += r->n_fields;
	return bw_layout_check(layout);
}

/* Those of the events, then those of the maps. */
static int read_layouts(struct bw_image *image, const struct parts *p)
{
	uint32_t first = 0;
	int r = 0;

	for (uint32_t i = 0; i < image->n_events && r == 0; i++) {
		image->events[i].map = p->events[i].map;
		r = p->events[i].map < image->n_maps ? 0 : -EINVAL;
		if (r == 0)
			r = read_layout(image, p, &p->events[i].layout, &first, &image->events[i].layout);
	}
	for (uint32_t i = 0; i < image->n_maps && r == 0; i++) {
		r = read_layout(image, p, &p->maps[i].key, &first, &image->maps[i].key);
		if (r == 0)
			r = read_layout(image, p, &p->maps[i].value, &first, &image->maps[i].value);
	}
	return r;
}

static int read_parts(struct bw_image *image, const void *bytes, size_t len)
{
	struct parts p;
	int r = find_parts(&p, bytes, len);

	if (r < 0)
		return r;
	image->n_maps = p.header->n_maps;
	image->n_programs = p.header->n_programs;
	image->n_events = p.header->n_events;
	image->maps = calloc(image->n_maps + 1, sizeof(*image->maps));
	image->programs = calloc(image->n_programs + 1, sizeof(*image->programs));
	image->events = calloc(image->n_events + 1, sizeof(*image->events));
	image->fields = calloc(p.header->n_fields + 1, sizeof(*image->fields));
	if (!image->maps || !image->programs || !image->events || !image->fields)
		return -ENOMEM;
	if (!read_string(&p, p.header->license, &image->license))
		return -EINVAL;
	r = read_maps(image, &p);
	if (r == 0)
		r = read_programs(image, &p);
	if (r == 0)
		r = read_fields(image, &p);
	if (r == 0)
		r = read_layouts(image, &p);
	return r;
}

int bw_image_read(struct bw_image *image, void *bytes, size_t len)
{
	int r;

	*image = (struct bw_image){.bytes = bytes};
	r = read_parts(image, bytes, len);
	if (r < 0)
		bw_image_free(image);
	return r;
}

void bw_image_free(struct bw_image *image)
{
	free(image->maps);
	free(image->programs);
	free(image->events);
	free(image->fields);
	free(image->bytes);
	*image = (struct bw_image){0};
}

bool bw_image_is_buffer(const struct bw_image_map *map)
{
	return map->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY || map->type == BPF_MAP_TYPE_RINGBUF;
}

int bw_image_find_map(const struct bw_image *image, const char *name)
{
	for (uint32_t i = 0; i < image->n_maps; i++)
		if (strcmp(image->maps[i].name, name) == 0)
			return (int)i;
	return -ENOENT;
}
