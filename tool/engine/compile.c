/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/compile.h"

#include <bcc/bcc_common.h>
#include <errno.h>
#include <limits.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "engine/depends.h"
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

/* The size of a basic type by the name that an event's field has; 0 if it is not known by it. */
static uint32_t size_of(const char *type, size_t len)
{
	static const struct {
		const char *name;
		uint32_t size;
	} known[] = {
		{"u8", 1},     {"s8", 1},	    {"__u8", 1},      {"__s8", 1},
		{"char", 1},   {"bool", 1},	    {"u16", 2},	      {"s16", 2},
		{"__u16", 2},  {"__s16", 2},	    {"short", 2},     {"unsigned short", 2},
		{"u32", 4},    {"s32", 4},	    {"__u32", 4},     {"__s32", 4},
		{"int", 4},    {"unsigned int", 4}, {"u64", 8},	      {"s64", 8},
		{"__u64", 8},  {"__s64", 8},	    {"long", 8},      {"unsigned long", 8},
		{"__be16", 2}, {"__be32", 4},	    {"long long", 8}, {"unsigned long long", 8},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strlen(known[i].name) == len && strncmp(known[i].name, type, len) == 0)
			return known[i].size;
	return 0;
}

/* Can the field have the type, "char[16]" or "u64"? What the text does not tell is taken for granted. */
static bool is_of_type(const struct bw_field *field, const char *type)
{
	const char *bracket = strchr(type, '[');
	size_t len = bracket ? (size_t)(bracket - type) : strlen(type);
	uint32_t size;

	if (field->array != (bracket != NULL))
		return false;
	if (bracket && strtoul(bracket + 1, NULL, 10) != field->count)
		return false;
	while (len > 0 && type[len - 1] == ' ')
		len--;
	size = size_of(type, len);
	return size == 0 || size == field->size;
}

/* Are these the members that libbcc named when it saw the event submitted? */
static bool is_described_by(void *module, const char *event, const struct bw_layout *layout)
{
	size_t n = bpf_perf_event_fields(module, event), i = 0;

	for (uint32_t k = 0; k < layout->n; k += 1 + layout->fields[k].below, i++) {
		const char *name = layout->fields[k].name;
		const char *field = i < n ? bpf_perf_event_field(module, event, i) : NULL;

		if (!field || strncmp(field, name, strlen(name)) != 0 || field[strlen(name)] != '#' ||
		    !is_of_type(&layout->fields[k], field + strlen(name) + 1))
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

static bool is_same(const struct bw_layout *a, const struct bw_layout *b)
{
	for (uint32_t i = 0; i < a->n && i < b->n; i++)
		if (a->fields[i].offset != b->fields[i].offset || a->fields[i].size != b->fields[i].size ||
		    a->fields[i].kind != b->fields[i].kind || a->fields[i].count != b->fields[i].count)
			return false;
	return a->n == b->n && a->size == b->size;
}

/* Takes a table's layout for the event's if it can be. -EEXIST if another one, which differs, could be it too. */
static int consider_layout(void *module, const char *event, size_t table, struct bw_layout *layout)
{
	struct bw_layout other;
	int r = bw_describe(bpf_table_leaf_desc_id(module, table), &other);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (other.size == bpf_table_leaf_size_id(module, table) && is_described_by(module, event, &other)) {
		if (layout->n == 0) {
			*layout = other;
			return 0;
		}
		r = is_same(layout, &other) ? 0 : -EEXIST;
	} else {
		r = 0;
	}
	bw_describe_free(&other);
	return r;
}

/* No fields where it is not known, or not for certain. */
static int find_layout(void *module, const char *event, struct bw_layout *layout)
{
	int r = 0;

	*layout = (struct bw_layout){0};
	for (size_t t = 0; t < bpf_num_tables(module) && r == 0; t++)
		if (is_layout(module, t))
			r = consider_layout(module, event, t, layout);
	if (r < 0)
		bw_describe_free(layout);
	if (layout->n > 0)
		mark_pointers(module, event, layout);
	return r == -EEXIST ? 0 : r;
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

/* The folder that libbcc stands in while it compiles. */
static int kernel_folder(char *folder, size_t size)
{
	const char *given = getenv("BCC_KERNEL_SOURCE");
	struct utsname kernel;

	uname(&kernel);
	snprintf(folder, size, "%s", given ? given : "");
	for (int i = 0; i < 2 && !given; i++) {
		snprintf(folder, size, "/lib/modules/%s/%s", kernel.release, i == 0 ? "source" : "build");
		if (access(folder, F_OK) == 0)
			return 0;
	}
	return given ? 0 : -ENOENT;
}

/* libbcc reads the format of a tracepoint that a function is named for. */
static void add_formats(void *module, struct bw_depends *d)
{
	static const char prefix[] = "tracepoint__";

	for (size_t i = 0; i < bpf_num_functions(module); i++) {
		const char *name = bpf_function_name(module, i), *gap;
		char path[PATH_MAX];

		if (strncmp(name, prefix, strlen(prefix)) != 0)
			continue;
		name += strlen(prefix);
		gap = strstr(name, "__");
		if (!gap)
			continue;
		snprintf(path, sizeof(path), "/sys/kernel/debug/tracing/events/%.*s/%s/format", (int)(gap - name), name,
			 gap + 2);
		bw_depends_add_content(d, path);
	}
}

/* fd has what -MD wrote, and then the bytes of engine/depends.h, or nothing. */
static int write_depends(void *module, const char **flags, size_t n, struct bw_depends *d, int fd)
{
	BW_FREE char *rule = NULL, *bytes = NULL;
	char folder[PATH_MAX];
	size_t len;
	int r = bw_read_all(fd, BW_DEPENDS_MAX, &rule, &len);

	d->uncertain |= r < 0 || kernel_folder(folder, sizeof(folder)) < 0;
	if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	if (d->uncertain)
		return 0;
	d->out = open_memstream(&bytes, &len);
	if (!d->out)
		return -ENOMEM;
	bw_depends_add_rule(d, rule, folder, flags, n);
	bw_depends_add_libraries(d);
	add_formats(module, d);
	if (fclose(d->out) != 0)
		return -ENOMEM;
	return d->uncertain ? 0 : bw_write_all(fd, bytes, len);
}

int bw_compile(const char *text, const char **flags, size_t n, int fd, int depends_fd)
{
	BW_FREE const char **all = calloc(n + 4, sizeof(*all));
	BW_MODULE void *module = NULL;
	struct bw_depends depends = {0};
	char rule[32];
	int r;

	if (!all)
		return -ENOMEM;
	memcpy(all, flags, n * sizeof(*all));
	snprintf(rule, sizeof(rule), "/proc/self/fd/%d", depends_fd);
	all[n] = "-MD";
	all[n + 1] = "-MF";
	all[n + 2] = rule;
	clock_gettime(CLOCK_REALTIME_COARSE, &depends.since);
	module = create_module(text, all, n + 3);
	if (!module)
		return -EINVAL;
	r = collect(module, fd);
	return r < 0 ? r : write_depends(module, flags, n, &depends, depends_fd);
}
