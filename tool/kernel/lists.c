/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/lists.h"

#include <bpf/btf.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/words.h"
#include "kernel/btf.h"
#include "kernel/kprobe.h"
#include "kernel/symbols.h"
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

static bool has(const struct names *s, const char *name)
{
	return s->n > 0 && bsearch(&name, s->names, s->n, sizeof(*s->names), compare);
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
	add_name(cookie, name);
}

/* Passes on what is not among some names, or what is. */
struct filter {
	void (*found)(void *cookie, const char *name);
	void *cookie;
	const struct names *names;
	bool among;
};

static void pass(void *cookie, const char *name)
{
	const struct filter *f = cookie;

	if (has(f->names, name) == f->among)
		f->found(f->cookie, name);
}

static void pass_symbol(void *cookie, size_t i, const struct bw_symbol *symbol)
{
	(void)i;
	if (!symbol->is_init)
		pass(cookie, symbol->name);
}

static int each_kprobe(const char *root, const struct btf *btf, void (*found)(void *cookie, const char *name),
		       void *cookie)
{
	BW_CLEANUP(free_names) struct names blacklist = {0};
	struct filter f = {found, cookie, &blacklist, false};
	char path[PATH_MAX];
	int r;

	(void)btf;
	snprintf(path, sizeof(path), "%s" BW_BLACKLIST, root);
	bw_words_each(path, 1, keep_name, &blacklist);
	if (blacklist.n > 0)
		qsort(blacklist.names, blacklist.n, sizeof(*blacklist.names), compare);
	r = tracefs_file(root, "available_filter_functions", path);
	if (r == 0)
		r = bw_words_each(path, 0, pass, &f);
	if (r == -ENOENT || r == -ENODEV) /* a kernel without ftrace */
		r = bw_symbols_find(root, NULL, 0, pass_symbol, &f);
	return r;
}

static int each_tracepoint(const char *root, const struct btf *btf, void (*found)(void *cookie, const char *name),
			   void *cookie)
{
	char path[PATH_MAX];
	int r = tracefs_file(root, "available_events", path);

	(void)btf;
	return r < 0 ? r : bw_words_each(path, 0, found, cookie);
}

static int each_lsm(const char *root, const struct btf *btf, void (*found)(void *cookie, const char *name),
		    void *cookie)
{
	static const char prefix[] = "bpf_lsm_";

	(void)root;
	return bw_btf_each_function(btf, prefix, found, cookie);
}

static int each_fentry(const char *root, const struct btf *btf, void (*found)(void *cookie, const char *name),
		       void *cookie)
{
	BW_CLEANUP(free_names) struct names traceable = {0};
	struct filter f = {found, cookie, &traceable, true};
	char path[PATH_MAX];
	int r = tracefs_file(root, "available_filter_functions", path);

	if (r == 0)
		r = bw_words_each(path, 0, keep_name, &traceable);
	if (r < 0)
		return r; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	if (traceable.n > 0)
		qsort(traceable.names, traceable.n, sizeof(*traceable.names), compare);
	return bw_btf_each_function(btf, "", pass, &f);
}

const struct bw_list bw_lists[] = {
	{"kprobe", each_kprobe},
	{"tracepoint", each_tracepoint},
	{"lsm", each_lsm},
	{"fentry", each_fentry},
	{NULL, NULL},
};
