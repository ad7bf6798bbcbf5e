/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/compile.h"

#include <bcc/bcc_common.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "engine/describe.h"
#include "engine/image.h"
#include "engine/structs.h"

/* Names the tables that only carry a struct's layout. */
#define LAYOUT_PREFIX "bccwatch_layout_"

static void free_module(void **module)
{
	if (*module)
		bpf_module_destroy(*module);
}

#define BW_MODULE BW_CLEANUP(free_module)

static bool is_layout(void *module, size_t table)
{
	return strncmp(bpf_table_name(module, table), LAYOUT_PREFIX, strlen(LAYOUT_PREFIX)) == 0;
}

/*
 * libbcc describes the types of a table's values exactly, those of an event only as "name#type". So each struct of
 * the source gets a table of its own. One that can't be a table's value makes that fail; then the text is compiled
 * as it stands.
 */
static void *create_module(const char *text, const char **flags, size_t n)
{
	BW_FREE char *longer = NULL;
	void *module = NULL;

	if (bw_structs_add_tables(text, LAYOUT_PREFIX, &longer) == 0)
		module = bpf_module_create_c_from_string(longer, 0, flags, (int)n, true, NULL);
	if (module)
		return module;
	/* What the first try said is not about the user's text; stderr is a file here. */
	fflush(NULL);
	if (ftruncate(STDERR_FILENO, 0) == 0)
		lseek(STDERR_FILENO, 0, SEEK_SET);
	return bpf_module_create_c_from_string(text, 0, flags, (int)n, true, NULL);
}

/* Are these the members that libbcc named when it saw the event submitted? */
static bool is_described_by(void *module, const char *event, const struct bw_layout *layout)
{
	size_t n = bpf_perf_event_fields(module, event), i = 0;

	for (uint32_t k = 0; k < layout->n; k += 1 + layout->fields[k].below, i++) {
		const char *name = layout->fields[k].name;
		const char *field = i < n ? bpf_perf_event_field(module, event, i) : NULL;

		if (!field || strncmp(field, name, strlen(name)) != 0 || field[strlen(name)] != '#')
			return false;
	}
	return n > 0 && i == n;
}

/* libbcc's description of a pointer is that of an integer; the event's own text knows better. */
static void mark_pointers(void *module, const char *event, struct bw_layout *layout)
{
	struct bw_field *fields = (struct bw_field *)layout->fields;
	size_t i = 0;

	for (uint32_t k = 0; k < layout->n; k += 1 + fields[k].below, i++) {
		const char *type = strchr(bpf_perf_event_field(module, event, i), '#');

		if (type && strchr(type, '*') && fields[k].kind == BW_UNSIGNED && fields[k].size == 8)
			fields[k].kind = BW_POINTER;
	}
}

static int find_layout(void *module, const char *event, struct bw_layout *layout)
{
	for (size_t t = 0; t < bpf_num_tables(module); t++) {
		int r;

		if (!is_layout(module, t))
			continue;
		r = bw_describe(bpf_table_leaf_desc_id(module, t), layout);
		if (r == -ENOMEM)
			return r;
		if (r < 0)
			continue;
		if (layout->size == bpf_table_leaf_size_id(module, t) && is_described_by(module, event, layout)) {
			mark_pointers(module, event, layout);
			return 0;
		}
		bw_describe_free(layout);
	}
	/* Not known: its bytes are shown. */
	*layout = (struct bw_layout){0};
	return 0;
}

/* The index of a table in the image, which has no layout tables. */
static uint32_t map_index(void *module, size_t table)
{
	uint32_t index = 0;

	for (size_t t = 0; t < table; t++)
		index += !is_layout(module, t);
	return index;
}

static int collect_maps(void *module, struct bw_image *image)
{
	for (size_t t = 0; t < bpf_num_tables(module); t++) {
		uint32_t index = map_index(module, t);
		int type = bpf_table_type_id(module, t);

		if (is_layout(module, t))
			continue;
		image->n_maps++;
		image->maps[index] = (struct bw_image_map){
			.name = bpf_table_name(module, t),
			.type = (uint32_t)type,
			.key_size = (uint32_t)bpf_table_key_size_id(module, t),
			.value_size = (uint32_t)bpf_table_leaf_size_id(module, t),
			.max_entries = (uint32_t)bpf_table_max_entries_id(module, t),
			.flags = (uint32_t)bpf_table_flags_id(module, t),
		};
		if (type == BPF_MAP_TYPE_ARRAY_OF_MAPS || type == BPF_MAP_TYPE_HASH_OF_MAPS) {
			fprintf(stderr, "%s: a map of maps is not supported\n", image->maps[index].name);
			return -ENOTSUP;
		}
		if (type == BPF_MAP_TYPE_PERF_EVENT_ARRAY) {
			struct bw_image_event *event = &image->events[image->n_events++];
			int r = find_layout(module, image->maps[index].name, &event->layout);

			event->map = index;
			if (r < 0)
				return r;
		}
	}
	return 0;
}

/* Puts the image's index in place of a map's descriptor. */
static int refer_to_maps(void *module, const char *function, struct bpf_insn *insns, uint32_t n)
{
	for (uint32_t i = 0; i + 1 < n; i++) {
		struct bpf_insn *insn = &insns[i];
		size_t t = 0;

		if (insn->code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		i++;
		if (insn->src_reg == 0 && insn->imm == 0 && insn[1].imm == 0) {
			fprintf(stderr, "%s: uses a global variable or a lookup table; put it into a map\n", function);
			return -ENOTSUP;
		}
		if (insn->src_reg != BPF_PSEUDO_MAP_FD)
			continue;
		while (t < bpf_num_tables(module) && bpf_table_fd_id(module, t) != insn->imm)
			t++;
		if (t == bpf_num_tables(module)) {
			fprintf(stderr, "%s: uses a map that this source does not declare\n", function);
			return -ENOTSUP;
		}
		insn->imm = (int32_t)map_index(module, t);
	}
	return 0;
}

static int collect_programs(void *module, struct bw_image *image)
{
	for (size_t i = 0; i < bpf_num_functions(module); i++) {
		struct bw_image_program *p = &image->programs[i];
		struct bpf_insn *insns = bpf_function_start_id(module, i);
		int r;

		p->name = bpf_function_name(module, i);
		p->n_insns = (uint32_t)(bpf_function_size_id(module, i) / sizeof(*insns));
		p->insns = insns;
		r = refer_to_maps(module, p->name, insns, p->n_insns);
		if (r < 0)
			return r;
		image->n_programs++;
	}
	return 0;
}

static int collect(void *module, int fd)
{
	BW_FREE struct bw_image_map *maps = calloc(bpf_num_tables(module) + 1, sizeof(*maps));
	BW_FREE struct bw_image_event *events = calloc(bpf_num_tables(module) + 1, sizeof(*events));
	BW_FREE struct bw_image_program *programs = calloc(bpf_num_functions(module) + 1, sizeof(*programs));
	struct bw_image image = {.maps = maps, .events = events, .programs = programs};
	int r;

	if (!maps || !events || !programs)
		return -ENOMEM;
	image.license = bpf_module_license(module) ? bpf_module_license(module) : "GPL";
	r = collect_maps(module, &image);
	if (r == 0)
		r = collect_programs(module, &image);
	if (r == 0)
		r = bw_image_write(&image, fd);
	for (uint32_t i = 0; i < image.n_events; i++)
		bw_describe_free(&events[i].layout);
	return r;
}

int bw_compile(const char *text, const char **flags, size_t n, int fd)
{
	BW_MODULE void *module = create_module(text, flags, n);

	return module ? collect(module, fd) : -EINVAL;
}
