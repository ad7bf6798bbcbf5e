/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trace_filter.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/path_parts.h"
#include "cmd/trace_globs.h"
#include "cmd/trace_values.h"
#include "output/file_event.h"
#include "process/process.h"
#include "program/map_entries.h"

/* Processes that are followed at the same time. */
enum { TREE_MAX = 16384 };

enum { COMM_BYTES = 16 };

static const struct bw_map_entries filter_map = {"filter", sizeof(uint32_t), sizeof(struct filter)};
static const struct bw_map_entries tree = {"tree", sizeof(uint32_t), sizeof(uint32_t)};
static const struct bw_map_entries readers = {"readers", sizeof(uint32_t), sizeof(uint32_t)};
static const struct bw_map_entries not_pids = {"not_pids", sizeof(uint32_t), sizeof(uint32_t)};
static const struct bw_map_entries not_uids = {"not_uids", sizeof(uint32_t), sizeof(uint32_t)};
static const struct bw_map_entries not_paths = {"not_paths", sizeof(uint32_t), sizeof(struct not_path)};
static const struct bw_map_entries not_comms = {"not_comms", COMM_BYTES, sizeof(uint32_t)};

static int compile(struct bw_glob *g, const char *pattern, bool is_path)
{
	const char *why;
	size_t at;
	int r = bw_glob_compile(g, pattern, is_path, &why, &at);

	return r < 0 ? bw_log_error(r, "cannot use the pattern '%s': %s", pattern, why ? why : strerror(-r)) : 0;
}

static int compile_all(struct bw_trace_filter *f)
{
	const struct bw_trace_options *o = f->options;
	int r = o->name ? compile(&f->name, o->name, false) : 0;

	if (r == 0 && o->path)
		r = compile(&f->path, o->path, true);
	f->not_paths = calloc(o->not_paths.n + 1, sizeof(*f->not_paths));
	if (!f->not_paths)
		return -ENOMEM;
	while (r == 0 && f->n_not_paths < o->not_paths.n) {
		r = compile(&f->not_paths[f->n_not_paths], o->not_paths.items[f->n_not_paths], true);
		f->n_not_paths++;
	}
	if (r == 0)
		f->n_left_out = bw_trace_globs_set_not_paths(f->left_out, f->not_paths, f->n_not_paths);
	return r;
}

/* 0: not known. */
static uint32_t own_mount_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/mnt", &st) == 0 ? (uint32_t)st.st_ino : 0;
}

static void normalize(char *path)
{
	size_t len = strlen(path);

	path[bw_path_parts_normalize(path, path, len)] = '\0';
}

static int list_paths(struct bw_trace_filter *f)
{
	const struct bw_trace_list *given = &f->options->paths;

	f->paths = calloc(given->n + 1, sizeof(*f->paths));
	if (!f->paths)
		return -ENOMEM;
	for (; f->n_paths < given->n; f->n_paths++) {
		f->paths[f->n_paths] = bw_path_parts_absolute(given->items[f->n_paths]);
		if (!f->paths[f->n_paths])
			return -errno;
		normalize(f->paths[f->n_paths]);
	}
	return 0;
}

int bw_trace_filter_open(struct bw_trace_filter *f)
{
	const struct bw_trace_options *o = f->options;
	int r = compile_all(f);

	f->values = o->values;
	f->values.own_mnt_ns = own_mount_namespace();
	f->targets = (struct bw_trace_targets){.options = o, .filter = &f->values};
	for (int kind = 0; kind < BW_CGROUP_KINDS; kind++) {
		f->cgroups[kind] = (struct bw_trace_cgroups){
			.root = "", .kind = (enum bw_cgroup_search_kind)kind, .name = o->cgroups[kind]};
		f->values.cgroup_kinds |= o->cgroups[kind] ? 1U << kind : 0;
	}
	/* In a PID namespace getpid() is not the kernel's number: this process's is learned, too. */
	f->learns = bw_trace_targets_any(o) || bw_process_contained("");
	f->values.self = f->learns ? 0 : (uint32_t)getpid();
	if (r == 0 && o->name)
		bw_trace_globs_set_ends(&f->values.name, &f->name);
	if (r == 0 && o->path)
		bw_trace_globs_set_ends(&f->values.path, &f->path);
	bw_trace_values_flags(o->flags, &f->values.flags, &f->values.access_modes);
	if (r == 0)
		r = bw_trace_targets_check(&f->targets);
	return r == 0 ? list_paths(f) : r;
}

static bool follows_tree(const struct bw_trace_options *o)
{
	return o->children || o->common.command;
}

static uint32_t needs_of(const struct bw_trace_options *o)
{
	const struct bw_file_event_options printed = {.fields = o->fields, .added = o->added};
	uint32_t needs = bw_file_event_needs(&printed, o->json);

	/* Whether a lookup that failed was about a file that is watched, its path says. */
	if (o->name || o->path || o->not_paths.n > 0 || o->paths.n > 0)
		needs |= BW_FILE_EVENT_NEEDS_PATH;
	return needs | (bw_trace_options_has(o, BW_BY_LATENCY) ? BW_FILE_EVENT_NEEDS_LATENCY : 0);
}

static int define_filters(const struct bw_trace_filter *f, struct bw_source *source)
{
	const struct bw_trace_options *o = f->options;
	const struct bw_source_macro defines[] = {
		{bw_trace_options_has(o, BW_BY_PID) && !o->children, "FILTER_PID"},
		{follows_tree(o), "FILTER_TREE"},
		{bw_trace_options_has(o, BW_BY_TID), "FILTER_TID"},
		{bw_trace_options_has(o, BW_BY_UID), "FILTER_UID"},
		{bw_trace_options_has(o, BW_BY_COMM), "FILTER_COMM"},
		{bw_trace_options_has(o, BW_BY_MNT_NS), "FILTER_MNT_NS"},
		{bw_trace_options_has(o, BW_BY_FAILED), "FILTER_FAILED"},
		{bw_trace_options_has(o, BW_BY_ERROR), "FILTER_ERROR"},
		{bw_trace_options_has(o, BW_BY_WRITES), "FILTER_WRITES"},
		{bw_trace_options_has(o, BW_BY_LATENCY), "FILTER_LATENCY"},
		{bw_trace_options_has(o, BW_BY_BYTES), "FILTER_BYTES"},
		{o->name, "FILTER_NAME"},
		{o->path, "FILTER_PATH"},
		{f->values.name.infix_mask || f->values.path.infix_mask, "FILTER_INFIX"},
		{f->n_left_out > 0, "FILTER_NOT_PATH"},
		{o->flags, "FILTER_FLAGS"},
		{o->not_pids.n > 0, "FILTER_NOT_PID"},
		{o->readers.n > 0, "FILTER_READERS"},
		{o->not_uids.n > 0, "FILTER_NOT_UID"},
		{o->not_comms.n > 0, "FILTER_NOT_COMM"},
		{o->exe, "FILTER_EXE"},
		{o->not_exes.n > 0, "FILTER_NOT_EXE"},
		{bw_trace_options_has_cgroups(o), "FILTER_CGROUP"},
		{o->paths.n > 0, "FILTER_FILE"},
	};

	return bw_source_define_wanted(source, defines, sizeof(defines) / sizeof(*defines));
}

int bw_trace_filter_define(const struct bw_trace_filter *f, struct bw_source *source)
{
	const struct bw_trace_options *o = f->options;
	const uint32_t needs = needs_of(o);
	char ops[32];
	const struct bw_source_macro defines[] = {
		{true, "FILE_EVENTS"},
		{true, ops},
		{o->all_files, "ALL_FILES"},
		{needs & BW_FILE_EVENT_NEEDS_PATH, "NEEDS_PATH"},
		{needs & BW_FILE_EVENT_NEEDS_EXE, "NEEDS_EXE"},
		{needs & BW_FILE_EVENT_NEEDS_LATENCY, "NEEDS_LATENCY"},
		{needs & BW_FILE_EVENT_NEEDS_PROCESS, "NEEDS_PROCESS"},
		{f->learns, "LEARNS"},
	};
	int r;

	snprintf(ops, sizeof(ops), "OPS=%#x", o->ops);
	r = bw_source_define_wanted(source, defines, sizeof(defines) / sizeof(*defines));
	return r == 0 ? define_filters(f, source) : r;
}

int bw_trace_filter_size(const struct bw_trace_filter *f, struct bw_image *image)
{
	const struct bw_trace_options *o = f->options;
	int r = bw_map_entries_size(&filter_map, image, 1);

	if (r == 0 && follows_tree(o))
		r = bw_map_entries_size(&tree, image, TREE_MAX);
	if (r == 0)
		r = bw_trace_filter_size_left_out(o, image);
	if (r == 0 && o->not_uids.n > 0)
		r = bw_map_entries_size(&not_uids, image, o->not_uids.n);
	if (r == 0 && o->not_comms.n > 0)
		r = bw_map_entries_size(&not_comms, image, o->not_comms.n);
	for (size_t i = 0; i < BW_CGROUP_KINDS && r == 0; i++)
		r = bw_trace_cgroups_size(&f->cgroups[i], image);
	return r == 0 && f->learns ? bw_trace_targets_size(&f->targets, image) : r;
}

static int put(const struct bw_trace_filter *f, const struct bw_map_entries *map, const void *key)
{
	const uint32_t value = 1;

	return bw_map_entries_put(map, f->loaded, key, &value);
}

static int put_numbers(const struct bw_loaded *loaded, const struct bw_map_entries *map,
		       const struct bw_trace_numbers *numbers)
{
	const uint32_t value = 1;
	int r = 0;

	for (size_t i = 0; i < numbers->n && r == 0; i++)
		r = bw_map_entries_put(map, loaded, &numbers->items[i], &value);
	return r;
}

int bw_trace_filter_size_left_out(const struct bw_trace_options *o, struct bw_image *image)
{
	int r = o->not_pids.n > 0 ? bw_map_entries_size(&not_pids, image, o->not_pids.n) : 0;

	return r == 0 && o->readers.n > 0 ? bw_map_entries_size(&readers, image, TREE_MAX) : r;
}

int bw_trace_filter_put_left_out(const struct bw_trace_options *o, const struct bw_loaded *loaded)
{
	int r = put_numbers(loaded, &not_pids, &o->not_pids);

	return r == 0 ? put_numbers(loaded, &readers, &o->readers) : r;
}

static int put_comms(const struct bw_trace_filter *f, const struct bw_trace_list *comms)
{
	int r = 0;

	for (size_t i = 0; i < comms->n && r == 0; i++) {
		char comm[COMM_BYTES] = "";

		memcpy(comm, comms->items[i], strlen(comms->items[i]));
		r = put(f, &not_comms, comm);
	}
	return r;
}

int bw_trace_filter_start(struct bw_trace_filter *f, const struct bw_loaded *loaded)
{
	const struct bw_trace_options *o = f->options;
	uint32_t zero = 0;
	int r;

	f->loaded = loaded;
	r = bw_map_entries_put(&filter_map, loaded, &zero, &f->values);
	if (r == 0)
		r = bw_trace_filter_put_left_out(o, loaded);
	if (r == 0)
		r = put_numbers(loaded, &not_uids, &o->not_uids);
	for (uint32_t i = 0; i < f->n_left_out && r == 0; i++)
		r = bw_map_entries_put(&not_paths, loaded, &i, &f->left_out[i]);
	if (r == 0)
		r = put_comms(f, &o->not_comms);
	if (r == 0 && o->children)
		r = bw_trace_filter_follow(f, o->values.pid);
	for (size_t i = 0; i < BW_CGROUP_KINDS && r == 0; i++)
		r = bw_trace_cgroups_start(&f->cgroups[i], loaded);
	return r;
}

int bw_trace_filter_learn(struct bw_trace_filter *f)
{
	return f->learns ? bw_trace_targets_start(&f->targets, f->loaded) : 0;
}

int bw_trace_filter_follow(const struct bw_trace_filter *f, uint32_t pid)
{
	return put(f, &tree, &pid);
}

void bw_trace_filter_close(struct bw_trace_filter *f)
{
	bw_trace_targets_free(&f->targets);
	for (size_t i = 0; i < BW_CGROUP_KINDS; i++)
		bw_trace_cgroups_free(&f->cgroups[i]);
	bw_glob_free(&f->name);
	bw_glob_free(&f->path);
	for (size_t i = 0; i < f->n_not_paths; i++)
		bw_glob_free(&f->not_paths[i]);
	for (size_t i = 0; i < f->n_paths; i++)
		free(f->paths[i]);
	free(f->paths);
	f->paths = NULL;
	f->n_paths = 0;
	free(f->not_paths);
	f->not_paths = NULL;
	f->n_not_paths = 0;
}
