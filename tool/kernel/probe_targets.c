/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/probe_targets.h"

#include <bpf/btf.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/line_reader.h"
#include "kernel/btf.h"
#include "kernel/kallsyms.h"
#include "kernel/lsm.h"
#include "kernel/perf_kprobe.h"
#include "kernel/tracefs.h"

/* Names, sorted. */
struct names {
	char **names; /* n, malloc'd */
	size_t n, room;
};

static void free_names(struct names *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->names[i]);
	free(s->names);
}

static int add_name(struct names *s, const char *name)
{
	if (s->n == s->room) {
		char **more = reallocarray(s->names, 2 * s->room + 1024, sizeof(*more));

		if (!more)
			return -ENOMEM;
		s->names = more;
		s->room = 2 * s->room + 1024;
	}
	s->names[s->n] = strdup(name);
	return s->names[s->n++] ? 0 : -ENOMEM;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(struct names *s)
{
	if (s->n > 0)
		qsort(s->names, s->n, sizeof(*s->names), compare);
}

/* The name's index, one of several if it is there several times; n: it is not there. */
static size_t index_of(const struct names *s, const char *name)
{
	char **at = s->n > 0 ? bsearch(&name, s->names, s->n, sizeof(*s->names), compare) : NULL;

	return at ? (size_t)(at - s->names) : s->n;
}

static bool has(const struct names *s, const char *name)
{
	return index_of(s, name) < s->n;
}

/* Is there another of the name at i? */
static bool is_double(const struct names *s, size_t i)
{
	return (i > 0 && strcmp(s->names[i], s->names[i - 1]) == 0) ||
	       (i + 1 < s->n && strcmp(s->names[i], s->names[i + 1]) == 0);
}

static int tracefs_file(const char *root, const char *name, char path[PATH_MAX])
{
	const char *mount = bw_tracefs_find(root);

	if (!mount)
		return -ENODEV;
	snprintf(path, PATH_MAX, "%s%s/%s", root, mount, name);
	return 0;
}

static void keep_name(void *cookie, const char *name)
{
	if (strncmp(name, "__ftrace_invalid_address__", strlen("__ftrace_invalid_address__")) != 0)
		add_name(cookie, name);
}

static void keep_symbol(void *cookie, size_t i, const struct bw_kallsyms_symbol *symbol)
{
	(void)i;
	if (!symbol->is_init)
		add_name(cookie, symbol->name);
}

/* The names that ftrace lists, sorted. */
static int read_traceable(const char *root, struct names *s)
{
	char path[PATH_MAX];
	int r = tracefs_file(root, "available_filter_functions", path);

	if (r == 0)
		r = bw_line_reader_each(path, 0, keep_name, s);
	sort(s);
	return r;
}

/* Newer kernels refuse a name that several functions have: whether this one does is tried. */
static bool refuses_doubles(const struct names *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (is_double(s, i))
			return bw_perf_kprobe_try(s->names[i]) == -EADDRNOTAVAIL;
	return false;
}

static int each_kprobe(const char *root, const struct btf *btf, void (*found)(void *cookie, const char *name),
		       void *cookie)
{
	BW_CLEANUP(free_names) struct names blacklist = {0}, names = {0}, all = {0};
	char path[PATH_MAX];
	int r;

	(void)btf;
	if (bw_perf_kprobe_supported(root) < 0)
		return 0;
	snprintf(path, sizeof(path), "%s" BW_BLACKLIST, root);
	bw_line_reader_each(path, 1, keep_name, &blacklist);
	sort(&blacklist);
	r = read_traceable(root, &names);
	if (r == -ENOENT || r == -ENODEV) /* a kernel without ftrace */
		r = bw_kallsyms_find(root, NULL, 0, keep_symbol, &names);
	sort(&names);
	if (refuses_doubles(&names)) { /* also where ftrace lists only one of them */
		bw_kallsyms_find(root, NULL, 0, keep_symbol, &all);
		sort(&all);
	}
	for (size_t i = 0; i < names.n; i++) {
		const char *name = names.names[i];
		size_t index = index_of(&all, name);

		if ((i > 0 && strcmp(name, names.names[i - 1]) == 0) || has(&blacklist, name) ||
		    (index < all.n && is_double(&all, index)))
			continue;
		found(cookie, name);
	}
	return r;
}

static int each_tracepoint(const char *root, const struct btf *btf, void (*found)(void *cookie, const char *name),
			   void *cookie)
{
	char path[PATH_MAX];
	int r = tracefs_file(root, "available_events", path);

	(void)btf;
	return r < 0 ? r : bw_line_reader_each(path, 0, found, cookie);
}

struct hooks {
	void (*found)(void *cookie, const char *name);
	void *cookie;
};

static void pass_hook(void *cookie, const char *name)
{
	const struct hooks *h = cookie;

	if (bw_lsm_is_hook(name))
		h->found(h->cookie, name);
}

static int each_lsm(const char *root, const struct btf *btf, void (*found)(void *cookie, const char *name),
		    void *cookie)
{
	struct hooks h = {found, cookie};

	(void)root;
	return bw_btf_each_function(btf, "bpf_lsm_", pass_hook, &h);
}

static int each_fentry(const char *root, const struct btf *btf, void (*found)(void *cookie, const char *name),
		       void *cookie)
{
	BW_CLEANUP(free_names) struct names traceable = {0}, names = {0};
	int r = read_traceable(root, &traceable);

	if (r == 0)
		r = bw_btf_each_function(btf, "", keep_name, &names);
	sort(&names);
	for (size_t i = 0; i < names.n; i++)
		if ((i == 0 || strcmp(names.names[i], names.names[i - 1]) != 0) && has(&traceable, names.names[i]))
			found(cookie, names.names[i]);
	return r;
}

const struct bw_probe_targets_kind bw_probe_targets_kinds[] = {
	{"kprobe", false, each_kprobe},
	{"tracepoint", false, each_tracepoint},
	{"lsm", true, each_lsm},
	{"fentry", true, each_fentry},
	{NULL, false, NULL},
};
