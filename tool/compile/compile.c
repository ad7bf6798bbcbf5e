/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/compile.h"

#include <bcc/bcc_common.h>
#include <bcc/bcc_version.h>
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
#include "build/dependencies.h"
#include "build/tokens.h"
#include "compile/btf_layout.h"
#include "compile/header_tree.h"
#include "compile/map_display.h"
#include "compile/submits.h"
#include "program/image.h"

static void free_module(void **module)
{
	if (*module)
		bpf_module_destroy(*module);
}

static bool is_layout(void *module, size_t table)
{
	return strncmp(bpf_table_name(module, table), BW_LAYOUT_PREFIX, strlen(BW_LAYOUT_PREFIX)) == 0;
}

static void *create(const char *text, const char **flags, size_t n)
{
	return bpf_module_create_c_from_string(text, 0, flags, (int)n, true, NULL);
}

/* Standard error is a file here. */
static void forget_words(void)
{
	fflush(NULL);
	if (ftruncate(STDERR_FILENO, 0) == 0)
		lseek(STDERR_FILENO, 0, SEEK_SET);
}

/*
 * libbcc tells of an event's type the names of its members only, but all of the type of a table's values: so each event
 * gets a table. Where that fails, the text is compiled as it stands, and what is wrong with it is said of that. If
 * nothing is, at least what is refused is counted.
 */
static void *create_module(const char *text, const char **flags, size_t n)
{
	BW_FREE char *longer = NULL, *counted = NULL;
	void *module, *plain;

	if (bw_submits_wrap(text, true, &longer) < 0 || bw_submits_wrap(text, false, &counted) < 0)
		return NULL;
	module = create(longer, flags, n);
	if (module || strcmp(longer, text) == 0)
		return module;
	forget_words(); /* what the first try said is not about the user's text */
	plain = create(text, flags, n);
	if (!plain)
		return NULL;
	module = create(counted, flags, n);
	forget_words();
	fputs(module ? "the events' types can't be asked for: they are not decoded\n"
		     : "the calls that send events can't be wrapped: they are not decoded, nor refused ones counted\n",
	      stderr);
	if (!module)
		return plain;
	free_module(&plain);
	return module;
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
static int find_layout(void *module, struct bw_btf_layout_cache *d, const char *event, struct bw_layout *layout)
{
	*layout = (struct bw_layout){0};
	for (size_t t = 0; t < bpf_num_tables(module); t++) {
		struct bw_layout other;
		int r;

		if (!is_layout_of(module, t, event))
			continue;
		r = bw_btf_layout_read_map(d, bpf_table_fd_id(module, t), NULL, &other);
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
			fprintf(stderr, "%s: its events are not decoded: %s\n", event,
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

/* NULL, or why a program with this map would not do what it says. */
static const char *unsupported(const struct bw_image_map *map, const char *text)
{
	if (map->type == BPF_MAP_TYPE_ARRAY_OF_MAPS || map->type == BPF_MAP_TYPE_HASH_OF_MAPS)
		return "a map of maps is not supported";
	if (map->type == BPF_MAP_TYPE_PROG_ARRAY)
		return "tail calls are not supported: nothing puts programs into this table";
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

static int collect_map(void *module, size_t table, const char *text, struct bw_btf_layout_cache *d,
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
	r = bw_btf_layout_read_map(d, bpf_table_fd_id(module, table), &map->key, &map->value);
	return r == -ENOMEM ? r : 0;
}

static int collect_maps(void *module, const char *text, struct bw_btf_layout_cache *d, struct bw_image *image)
{
	int r = 0;

	for (size_t t = 0; t < bpf_num_tables(module) && r == 0; t++) {
		uint32_t index = map_index(module, t);
		struct bw_image_map *map = &image->maps[index];

		if (is_layout(module, t))
			continue;
		image->n_maps++;
		r = collect_map(module, t, text, d, map);
		if (r == 0 && !is_kept(map, text))
			r = -ENOTSUP;
		if (r == 0 && bw_image_is_buffer(map)) {
			struct bw_image_event *event = &image->events[image->n_events++];

			event->map = index;
			r = find_layout(module, d, map->name, &event->layout);
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

/* Puts the image's index in place of a map's descriptor. */
static int refer_to_maps(void *module, const char *function, struct bpf_insn *insns, uint32_t n)
{
	for (uint32_t i = 0; i + 1 < n; i++) {
		struct bpf_insn *insn = &insns[i];
		size_t t = 0;

		if (loads_variable(insn)) {
			fprintf(stderr,
				"%s: uses a global variable, a lookup table, or the values in braces that a local "
				"array begins with; libbcc has no place for them: use a map, or set each element\n",
				function);
			return -ENOTSUP;
		}
		if (insn->code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		i++;
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

static void free_layouts(struct bw_image *image)
{
	for (uint32_t i = 0; i < image->n_events; i++)
		bw_btf_layout_free(&image->events[i].layout);
	for (uint32_t i = 0; i < image->n_maps; i++) {
		bw_btf_layout_free(&image->maps[i].key);
		bw_btf_layout_free(&image->maps[i].value);
	}
}

static int collect(void *module, const char *text, int fd)
{
	BW_FREE struct bw_image_map *maps = calloc(bpf_num_tables(module) + 1, sizeof(*maps));
	BW_FREE struct bw_image_event *events = calloc(bpf_num_tables(module) + 1, sizeof(*events));
	BW_FREE struct bw_image_program *programs = calloc(bpf_num_functions(module) + 1, sizeof(*programs));
	BW_CLEANUP(bw_btf_layout_cache_free) struct bw_btf_layout_cache describer = {0};
	struct bw_image image = {.maps = maps, .events = events, .programs = programs};
	int r;

	if (!maps || !events || !programs)
		return -ENOMEM;
	image.license = bpf_module_license(module) ? bpf_module_license(module) : "GPL";
	r = collect_maps(module, text, &describer, &image);
	if (r == 0)
		r = collect_programs(module, &image);
	if (r == 0)
		r = bw_image_write(&image, fd);
	free_layouts(&image);
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
static void add_formats(void *module, struct bw_dependencies *d)
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
		bw_dependencies_add_content(d, path);
	}
}

/* fd has what -MD wrote, and then the bytes of build/dependencies.h, or nothing. */
static int write_depends(void *module, const char **flags, size_t n, struct bw_dependencies *d, int fd)
{
	BW_FREE char *rule = NULL, *bytes = NULL;
	char folder[PATH_MAX];
	size_t len;
	int r = bw_file_read_all(fd, BW_DEPENDS_MAX, &rule, &len);

	d->uncertain |= r < 0 || kernel_folder(folder, sizeof(folder)) < 0;
	if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	if (d->uncertain)
		return 0;
	d->out = open_memstream(&bytes, &len);
	if (!d->out)
		return -ENOMEM;
	bw_dependencies_add_rule(d, rule, folder, flags, n);
	bw_dependencies_add_libraries(d);
	add_formats(module, d);
	if (fclose(d->out) != 0)
		return -ENOMEM;
	return d->uncertain ? 0 : bw_file_write(fd, bytes, len);
}

/* A module and what it was made of. */
struct compilation {
	void *module;
	struct bw_header_tree overlay;
	struct bw_dependencies depends;
};

static void end_compilation(struct compilation *c)
{
	free_module(&c->module);
	bw_header_tree_free(&c->overlay);
}

/* depends_fd: -1: it is only to be verified, and neither layouts nor what it depends on are asked for. */
static int begin_compilation(struct compilation *c, const char *text, const char **flags, size_t n, bool btf,
			     int depends_fd)
{
	BW_FREE const char **all = calloc(n + 5 + sizeof(c->overlay.flags) / sizeof(*c->overlay.flags), sizeof(*all));
	char rule[32];
	size_t n_all = n;
	int r = btf ? bw_header_tree_make(&c->overlay, text, flags, n) : 0;

	if (r < 0 || !all) {
		fprintf(stderr, "no types can be had of the kernel's BTF: %s\n", strerror(r < 0 ? -r : ENOMEM));
		return r < 0 ? r : -ENOMEM;
	}
	memcpy(all, flags, n * sizeof(*all));
#ifndef LIBBCC_VERSION_GEQ /* before 0.19 there is no KMOD_RET; from then on there is this very one */
	all[n_all++] = "-DKMOD_RET(event, args...)=BPF_PROG(kmod_ret__ ## event, ##args)";
#endif
	if (depends_fd >= 0) {
		snprintf(rule, sizeof(rule), "/proc/self/fd/%d", depends_fd);
		all[n_all++] = "-MD";
		all[n_all++] = "-MF";
		all[n_all++] = rule;
	}
	memcpy(all + n_all, c->overlay.flags, c->overlay.n_flags * sizeof(*all));
	n_all += c->overlay.n_flags;
	clock_gettime(CLOCK_REALTIME_COARSE, &c->depends.since);
	if (depends_fd >= 0)
		c->module = create_module(text, all, n_all);
	else /* to be verified: with the lines as they are */
		c->module = create(text, all, n_all);
	return c->module ? 0 : -EINVAL;
}

/* libbcc would make the pin here, in the compiler's process, for a map that is not the one that is loaded. */
static bool has_pinned(const char *text)
{
	for (struct bw_token t = bw_tokens_next(&text); t.len; t = bw_tokens_next(&text))
		if (bw_tokens_is(t, "BPF_TABLE_PINNED"))
			return true;
	return false;
}

int bw_compile(const char *text, const char **flags, size_t n, bool btf, int fd, int depends_fd)
{
	BW_CLEANUP(end_compilation) struct compilation c = {.overlay = {.types = -1, .overlay = -1}};
	int r;

	if (has_pinned(text)) {
		fputs("BPF_TABLE_PINNED: pinned tables are not supported\n", stderr);
		return -EINVAL; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	}
	r = begin_compilation(&c, text, flags, n, btf, depends_fd);
	if (r == 0)
		r = collect(c.module, text, fd);
	return r < 0 ? r : write_depends(c.module, flags, n, &c.depends, depends_fd);
}

int bw_compile_verify(const char *text, const char **flags, size_t n, bool btf, const char *program, int type, int out)
{
	enum { LOG_BYTES = 16 << 20 };
	BW_CLEANUP(end_compilation) struct compilation c = {.overlay = {.types = -1, .overlay = -1}};
	BW_FREE char *log = calloc(1, LOG_BYTES);
	struct bpf_insn *insns;
	int fd, r = log ? begin_compilation(&c, text, flags, n, btf, -1) : -ENOMEM;

	if (r < 0)
		return r; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	insns = bpf_function_start(c.module, program);
	if (!insns)
		return -ENOENT; /* cppcheck-suppress memleak ; likewise */
	/* What the compiler said, and what libbcc says of a failure, is not asked for. */
	fflush(NULL);
	if (ftruncate(STDERR_FILENO, 0) < 0 || lseek(STDERR_FILENO, 0, SEEK_SET) < 0)
		return -errno; /* cppcheck-suppress memleak ; likewise */
	fd = bcc_func_load(c.module, type, program, insns, (int)bpf_function_size(c.module, program),
			   bpf_module_license(c.module) ? bpf_module_license(c.module) : "GPL", 0, 1, log, LOG_BYTES,
#ifdef LIBBCC_VERSION_GEQ
			   NULL, -1);
#else /* before 0.25 */
			   NULL);
#endif
	fflush(NULL);
	if (ftruncate(STDERR_FILENO, 0) < 0 || lseek(STDERR_FILENO, 0, SEEK_SET) < 0)
		return -errno;
	if (fd >= 0)
		return close(fd), -ENOENT; /* nothing is refused now */
	return bw_file_write(out, log, strlen(log));
}
