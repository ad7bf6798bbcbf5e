/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the events that the program sends are shown. */
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/path_parts.h"
#include "bpf_src/trace/event.h"
#include "cmd/trace_filter.h"
#include "cmd/trace_values.h"
#include "output/file_sample.h"

static bool name_matches(const struct bw_glob *g, const struct bw_trace_filter_text *t)
{
	const char *slash = t->len ? memrchr(t->text, '/', t->len) : NULL;
	const char *name = slash ? slash + 1 : t->text;

	return t->len > 0 && bw_glob_match(g, name, (size_t)(t->text + t->len - name));
}

static bool path_matches(const struct bw_glob *g, const struct bw_trace_filter_text *t)
{
	return t->len > 0 && bw_glob_match(g, t->text, t->len);
}

/* The same, or beneath a path without wildcards. */
static bool is_at_or_beneath(const struct bw_glob *g, const struct bw_trace_filter_text *t)
{
	size_t len;
	const char *dir = bw_glob_prefix(g, &len);

	if (!g->is_literal)
		return path_matches(g, t);
	while (len > 0 && dir[len - 1] == '/')
		len--;
	return t->len >= len && t->len > 0 && memcmp(t->text, dir, len) == 0 && (t->len == len || t->text[len] == '/');
}

static bool is_beneath_one(char *const *paths, size_t n_paths, const char *path, size_t len)
{
	for (size_t i = 0; i < n_paths; i++) {
		size_t n = strlen(paths[i]);

		if (len >= n && memcmp(path, paths[i], n) == 0 && (len == n || path[n] == '/' || n == 1))
			return true;
	}
	return false;
}

/* Is the path, which may have . and .. in it, one of those that are watched, or beneath one? */
static bool is_beneath_watched(const struct bw_trace_filter *f, const struct bw_trace_filter_text *t)
{
	char path[2 * PATH_MAX + 2];
	size_t len;

	if (t->len == 0 || *t->text != '/')
		return false;
	len = bw_path_parts_normalize(path, t->text, t->len < sizeof(path) ? t->len : sizeof(path));
	return is_beneath_one(f->paths, f->n_paths, path, len) ||
	       is_beneath_one(f->targets.real_paths, f->targets.n_real_paths, path, len);
}

static bool is_left_out(const struct bw_trace_filter *f, const struct bw_trace_filter_text *t)
{
	for (size_t i = 0; i < f->n_not_paths; i++)
		if (is_at_or_beneath(&f->not_paths[i], t))
			return true;
	return false;
}

/* Of a lookup that failed the path is put together from two texts, which may have . and .. in them. */
static struct bw_trace_filter_text normalized(const struct bw_trace_filter_event *e, char room[2 * PATH_MAX])
{
	const struct bw_trace_filter_text *t = &e->path;

	if (!e->lookup_failed || t->len == 0 || *t->text != '/' || t->len >= (size_t)2 * PATH_MAX)
		return *t;
	return (struct bw_trace_filter_text){room, bw_path_parts_normalize(room, t->text, t->len)};
}

bool bw_trace_filter_wants(const struct bw_trace_filter *f, const struct bw_trace_filter_event *e)
{
	const struct bw_trace_options *o = f->options;
	char room[2 * PATH_MAX];
	const struct bw_trace_filter_text whole = normalized(e, room);
	/* What a symlink points to is a text, and no name of a file that is changed. */
	const bool is_text = e->op == OP_LINK && e->has_flags && e->flags == LINK_SYMBOLIC;
	const struct bw_trace_filter_text none = {0}, *to = is_text ? &none : &e->to;
	const struct bw_trace_filter_text *path = whole.len ? &whole : &e->filename;

	/* Only the names say whether a lookup that failed was about a file that is watched. */
	if (e->lookup_failed && f->n_paths > 0 &&
	    (e->other_root || (!is_beneath_watched(f, &e->path) && !is_beneath_watched(f, to))))
		return false;
	if (o->flags && !(e->op == OP_OPEN && e->has_flags && bw_trace_values_has_flag(o->flags, e->flags)))
		return false;
	if (o->name && !name_matches(&f->name, path) && !name_matches(&f->name, to))
		return false;
	/* Of a path that is too long, what may match is shown. */
	if (o->path && !bw_file_sample_is_cut(whole.text, whole.len) && !path_matches(&f->path, &whole) &&
	    !path_matches(&f->path, to))
		return false;
	/* Of two names both must be left out: what comes from elsewhere, or goes there, is shown. */
	return !is_left_out(f, &whole) || (to->len > 0 && !is_left_out(f, to));
}
