/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/module_image.h"

#include <bcc/bcc_common.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "compile/btf_layout.h"
#include "compile/calls.h"
#include "compile/map_display.h"
#include "compile/submits.h"
#include "compile/tables.h"
#include "compile/variables.h"
#include "program/image.h"

/* A table that was added for its value's type alone: see compile/submits.h. */
static bool is_layout(void *module, size_t table)
{
	return strncmp(bpf_table_name(module, table), BW_LAYOUT_PREFIX, strlen(BW_LAYOUT_PREFIX)) == 0;
}

static bool is_same(const struct bw_layout *a, const struct bw_layout *b)
{
	for (uint32_t i = 0; i < a->n && i < b->n; i++)
		if (strcmp(a->fields[i].name, b->fields[i].name) != 0 || a->fields[i].offset != b->fields[i].offset ||
		    a->fields[i].size != b->fields[i].size || a->fields[i].kind != b->fields[i].kind ||
		    a->fields[i].count != b->fields[i].count)
			return false;
	return a->n == b->n && a->size == b->size;
}

/* Was the table made for events of that one? */
static bool is_layout_of(void *module, size_t table, const char *event)
{
	const char *number = bpf_table_name(module, table) + strlen(BW_LAYOUT_PREFIX), *name;

	name = is_layout(module, table) ? strchr(number, '_') : NULL;
	return name && strcmp(name + 1, event) == 0;
}

/* No fields where the type is not known, or several types are sent by the one table. */
static int find_layout(void *module, struct bw_btf_layout_cache *cache, const char *event, struct bw_layout *layout)
{
	*layout = (struct bw_layout){0};
	for (size_t t = 0; t < bpf_num_tables(module); t++) {
		struct bw_layout other;
		int r;

		if (!is_layout_of(module, t, event))
			continue;
		r = bw_btf_layout_read_map(cache, bpf_table_fd_id(module, t), NULL, &other);
		if (r == 0 && other.n == 0)
			r = -EINVAL;
		if (r == 0 && layout->n == 0) {
			*layout = other;
			continue;
		}
		if (r == 0) {
			r = is_same(layout, &other) ? 0 : -EEXIST;
			bw_btf_layout_free(&other);
		}
		if (r < 0) {
			fprintf(stderr, "'%s': events are not decoded: %s\n", event,
				r == -EEXIST ? "they are of several types" : strerror(-r));
			bw_btf_layout_free(layout);
			return r == -ENOMEM ? r : 0;
		}
	}
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

/* NULL, or why a program with this map would not work. */
static const char *unsupported(const struct bw_image_map *map, const char *text)
{
	if (map->type == BPF_MAP_TYPE_ARRAY_OF_MAPS || map->type == BPF_MAP_TYPE_HASH_OF_MAPS)
		return "a map of maps is not supported";
	if (map->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY && bw_map_display_is_declared(text, "BPF_PERF_ARRAY", map->name))
		return "counters of perf events are not supported: nothing puts them into this table";
	return NULL;
}

static bool is_kept(const struct bw_image_map *map, const char *text)
{
	const char *why = unsupported(map, text);

	if (why)
		fprintf(stderr, "%s: %s\n", map->name, why);
	return !why;
}

static int collect_map(void *module, size_t table, const char *text, struct bw_btf_layout_cache *cache,
		       struct bw_image_map *map)
{
	int r;

	*map = (struct bw_image_map){
		.name = bpf_table_name(module, table),
		.type = (uint32_t)bpf_table_type_id(module, table),
		.key_size = (uint32_t)bpf_table_key_size_id(module, table),
		.value_size = (uint32_t)bpf_table_leaf_size_id(module, table),
		.max_entries = (uint32_t)bpf_table_max_entries_id(module, table),
		.flags = (uint32_t)bpf_table_flags_id(module, table),
		.display = bw_map_display_of(text, bpf_table_name(module, table)),
	};
	r = bw_btf_layout_read_map(cache, bpf_table_fd_id(module, table), &map->key, &map->value);
	return r == -ENOMEM ? r : 0;
}

static int collect_maps(void *module, const char *text, struct bw_btf_layout_cache *cache, struct bw_image *image)
{
	int r = 0;

	for (size_t t = 0; t < bpf_num_tables(module) && r == 0; t++) {
		uint32_t index = map_index(module, t);
		struct bw_image_map *map = &image->maps[index];

		if (is_layout(module, t))
			continue;
		image->n_maps++;
		r = collect_map(module, t, text, cache, map);
		if (r == 0 && !is_kept(map, text))
			r = -ENOTSUP;
		if (r == 0 && bw_image_is_buffer(map)) {
			struct bw_image_event *event = &image->events[image->n_events++];

			event->map = index;
			r = find_layout(module, cache, map->name, &event->layout);
		}
	}
	return r;
}

/*
 * Does the instruction, or did it, load the address of a variable? Newer LLVMs leave there how far in its section it
 * lies, which no constant of C looks like, for small ones are moved; older ones (11) put the address over the first
 * half of the instruction, behind which the second stands alone.
 */
static bool loads_variable(const struct bpf_insn *insn)
{
	if (insn->code == (BPF_LD | BPF_IMM | BPF_DW) && insn->off == 0)
		return insn->src_reg == 0 && insn->imm >= 0 && insn[1].imm == 0;
	return insn[1].code == 0;
}

static int refuse_variable(const char *function)
{
	fprintf(stderr,
		"%s: uses a global variable, a string literal, a lookup table, or the values in braces that a local "
		"array "
		"begins with; this libbcc does not pass them on: use a map, -D, or set each element\n",
		function);
	return -ENOTSUP;
}

/* The image's index in place of a map's descriptor, which libbcc's copy of a program has, or of its number. */
static int refer_to_map(const struct bw_tables *tables, const char *function, const struct bpf_insn *copy,
			struct bpf_insn *insn)
{
	size_t t = copy ? bw_tables_by_fd(tables, copy->imm) : bw_tables_by_number(tables, insn->imm);

	if (t == tables->n) {
		fprintf(stderr,
			copy || tables->numbers ? "%s: uses a map that this source does not declare\n"
						: "%s: uses a map, which this libbcc gives no function that is not "
						  "inlined: declare it static inline\n",
			function);
		return -ENOTSUP;
	}
	insn->imm = (int32_t)map_index(tables->module, t);
	return 0;
}

/* copy: what libbcc has of a program; NULL: it is a function that programs call. */
static int refer_to_maps(const struct bw_tables *tables, const struct bw_object_function *f,
			 const struct bpf_insn *copy, struct bpf_insn *insns)
{
	int r = 0;

	for (uint32_t i = 0; i + 1 < f->n && r == 0; i++) {
		if (loads_variable(&insns[i]))
			return refuse_variable(f->name);
		if (insns[i].code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		if (insns[i].src_reg == BPF_PSEUDO_MAP_FD)
			r = refer_to_map(tables, f->name, copy ? copy + i : NULL, &insns[i]);
		i++;
	}
	return r;
}

/* The sections of variables as maps, behind the others. */
static int collect_variables(const struct bw_variables *v, const void *zeroes, struct bw_image *image)
{
	for (uint32_t i = 0; i < v->n; i++) {
		const struct bw_variables_section *s = &v->sections[i];

		if (!s->content && !zeroes)
			return -ENOMEM;
		image->maps[image->n_maps++] = (struct bw_image_map){.name = s->name,
								     .type = BPF_MAP_TYPE_ARRAY,
								     .key_size = 4,
								     .value_size = s->size,
								     .max_entries = 1,
								     .flags = s->flags,
								     .content = s->content ? s->content : zeroes};
	}
	return 0;
}

/* As the object has it: an old LLVM (11) puts addresses over instructions of the copy that libbcc has. */
static struct bw_object_function find_program(void *module, size_t i, const struct bw_object *o)
{
	const uint32_t n = (uint32_t)(bpf_function_size_id(module, i) / sizeof(struct bpf_insn));
	const struct bw_object_function copy = {
		.name = bpf_function_name(module, i), .insns = bpf_function_start_id(module, i), .n = n};
	struct bw_object_function f;

	return bw_object_function(o, copy.name, &f) && f.n <= n ? f : copy;
}

static int collect_program(size_t i, const struct bw_tables *tables, const struct bw_variables *v, uint32_t first_map,
			   struct bw_calls_code *code)
{
	struct bw_object_function program = find_program(tables->module, i, v->object);
	int r = bw_calls_link(v->object, &program, code);

	for (uint32_t k = 0; k < code->n_parts && r == 0; k++) {
		const struct bw_object_function *f = &code->parts[k].function;
		struct bpf_insn *insns = code->insns + code->parts[k].first;

		r = bw_variables_link(v, f, insns, first_map);
		if (r == 0)
			r = refer_to_maps(tables, f, k == 0 ? bpf_function_start_id(tables->module, i) : NULL, insns);
	}
	return r;
}

/* code: one for each program. */
static int collect_programs(const char *text, const struct bw_tables *tables, const struct bw_variables *v,
			    struct bw_image *image, struct bw_calls_code *code)
{
	for (size_t i = 0; i < bpf_num_functions(tables->module); i++) {
		int r = collect_program(i, tables, v, image->n_maps - v->n, &code[i]);

		if (r == -ENOTSUP && strstr(text, "bpf_usdt_readarg"))
			fputs("the arguments of a static probe (USDT, bpf_usdt_readarg) are not supported; a uprobe "
			      "has the parameters of its function: PT_REGS_PARM1(ctx)\n",
			      stderr);
		if (r < 0)
			return r;
		image->programs[image->n_programs++] =
			(struct bw_image_program){bpf_function_name(tables->module, i), code[i].insns, code[i].n};
	}
	return 0;
}

static void free_code(struct bw_calls_code *code, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bw_calls_free(&code[i]);
}

static void free_layouts(struct bw_image *image)
{
	for (uint32_t i = 0; i < image->n_events; i++)
		bw_btf_layout_free(&image->events[i].layout);
	for (uint32_t i = 0; i < image->n_maps; i++) {
		bw_btf_layout_free(&image->maps[i].key);
		bw_btf_layout_free(&image->maps[i].value);
	}
}

static int write_image(const char *text, const struct bw_tables *tables, const struct bw_variables *v, int fd)
{
	void *module = tables->module;
	size_t n_programs = bpf_num_functions(module);
	BW_FREE void *zeroes = calloc(1, bw_variables_largest(v) + 1);
	BW_FREE struct bw_image_map *maps = calloc(tables->n + v->n + 1, sizeof(*maps));
	BW_FREE struct bw_image_event *events = calloc(tables->n + 1, sizeof(*events));
	BW_FREE struct bw_image_program *programs = calloc(n_programs + 1, sizeof(*programs));
	BW_FREE struct bw_calls_code *code = calloc(n_programs + 1, sizeof(*code));
	BW_CLEANUP(bw_btf_layout_cache_free) struct bw_btf_layout_cache cache = {0};
	struct bw_image image = {.maps = maps, .events = events, .programs = programs};
	int r;

	if (!maps || !events || !programs || !code)
		return -ENOMEM; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	image.license = bpf_module_license(module) ? bpf_module_license(module) : "GPL";
	r = collect_maps(module, text, &cache, &image);
	if (r == 0)
		r = collect_variables(v, zeroes, &image);
	if (r == 0)
		r = collect_programs(text, tables, v, &image, code);
	if (r == 0)
		r = bw_image_write(&image, fd);
	free_layouts(&image);
	free_code(code, n_programs);
	return r;
}

int bw_module_image_write(void *module, const char *text, int fd)
{
	BW_CLEANUP(bw_object_free) struct bw_object object;
	BW_CLEANUP(bw_variables_free) struct bw_variables v = {0};
	BW_CLEANUP(bw_tables_free) struct bw_tables tables = {0};
	int r;

	bw_object_find(&object);
	r = bw_variables_find(&v, &object);
	if (r == 0)
		r = bw_tables_find(&tables, module, &object);
	return r < 0 ? r : write_image(text, &tables, &v, fd);
}
