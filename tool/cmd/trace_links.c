/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trace_links.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/path_parts.h"

/* As in the kernel. */
enum { LINKS_MAX = 40 };

/* What is put at a name, by creating or renaming it. */
enum { PUT = IN_CREATE | IN_MOVED_TO | IN_ONLYDIR };

struct bw_trace_link {
	int watch;  /* inotify's, of the directory */
	char *name; /* in it, owned */
	size_t index;
};

static int open_inotify(struct bw_trace_links *l)
{
	if (l->open)
		return 0;
	l->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (l->inotify < 0)
		return bw_log_error(-errno, "cannot follow symlinks: inotify: %s", strerror(errno));
	l->open = true;
	return 0;
}

static bool is_there(const struct bw_trace_links *l, int watch, const char *name, size_t index)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].watch == watch && l->items[i].index == index && strcmp(l->items[i].name, name) == 0)
			return true;
	return false;
}

int bw_trace_links_add(struct bw_trace_links *l, const char *path, size_t index)
{
	BW_FREE char *dir = NULL;
	const char *base = bw_path_parts_split(path, &dir);
	struct bw_trace_link *more;
	int r = base ? open_inotify(l) : -ENOMEM, watch;

	if (r < 0)
		return r;
	watch = inotify_add_watch(l->inotify, dir, PUT);
	if (watch < 0 || is_there(l, watch, base, index))
		return 0;
	more = reallocarray(l->items, l->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	l->items = more;
	more[l->n] = (struct bw_trace_link){watch, strdup(base), index};
	if (!more[l->n].name)
		return -ENOMEM;
	l->n++;
	return 0;
}

int bw_trace_links_add_way(struct bw_trace_links *l, struct bw_trace_opener *opener, const char *path, size_t index)
{
	BW_FREE char *at = strdup(path);
	size_t done = 1; /* how much of it was looked at */
	int r = 0;

	for (int links = 0; at && r == 0 && links < LINKS_MAX;) {
		size_t len = done + strcspn(at + done, "/");
		BW_FREE char *here = strndup(at, len), *name = here ? bw_path_parts_trim(here) : NULL, *to = NULL;
		char *whole = NULL;

		if (!at[len])
			break; /* the last component, which the caller adds */
		if (name)
			r = bw_trace_links_add(l, name, index);
		if (name && r == 0)
			r = bw_trace_opener_follow(opener, name, &to);
		done = to ? 1 : len + 1;
		links += to != NULL;
		if (!to)
			continue;
		r = asprintf(&whole, "%s%s", to, at + len) < 0 ? -ENOMEM : 0;
		free(at);
		at = r == 0 ? whole : NULL;
	}
	return at ? r : -ENOMEM;
}

int bw_trace_links_fd(const struct bw_trace_links *l)
{
	return l->open ? l->inotify : -1;
}

/* An event without a name, as where the queue overflowed, may be about any. */
static bool concerns(const struct bw_trace_link *link, const struct inotify_event *event)
{
	if (event->mask & IN_Q_OVERFLOW)
		return true;
	return event->wd == link->watch && event->len > 0 && strcmp(event->name, link->name) == 0;
}

bool bw_trace_links_read(struct bw_trace_links *l, bool *changed, size_t n)
{
	_Alignas(struct inotify_event) char buf[16384];
	bool any = false;
	ssize_t len;

	while (l->open && (len = read(l->inotify, buf, sizeof(buf))) > 0)
		for (const char *p = buf; p < buf + len;) {
			const struct inotify_event *event = (const void *)p;

			for (size_t i = 0; i < l->n; i++)
				if (concerns(&l->items[i], event) && l->items[i].index < n)
					any = changed[l->items[i].index] = true;
			p += sizeof(*event) + event->len;
		}
	return any;
}

void bw_trace_links_free(struct bw_trace_links *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->items[i].name);
	free(l->items);
	if (l->open)
		bw_cleanup_fd(&l->inotify);
	*l = (struct bw_trace_links){0};
}
