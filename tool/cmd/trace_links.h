/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names on the way to trace's paths, watched (inotify) for what is put there later: a symlink at one of them leads
 * to another file, which is then to be watched, too.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cmd/trace_opener.h"

struct bw_trace_link;

struct bw_trace_links {
	bool open;
	int inotify;
	struct bw_trace_link *items; /* n, owned */
	size_t n;
};

/*
 * From here on, whatever is put at this path is reported: it is on the way to the path of this index. A directory that
 * can't be watched is passed over, since it is none or gone. 0, -ENOMEM, or -errno of inotify, reported.
 */
int bw_trace_links_add(struct bw_trace_links *links, const char *path, size_t index);

/*
 * The same for each directory on the way to the path, and each symlink there: where they are replaced, the path leads
 * elsewhere. As bw_trace_links_add; and what bw_trace_opener_follow returns.
 */
int bw_trace_links_add_way(struct bw_trace_links *links, struct bw_trace_opener *opener, const char *path,
			   size_t index);

/* Is readable when something was put at one of the paths; -1: none is watched. */
int bw_trace_links_fd(const struct bw_trace_links *links);

/* Reads what happened, without waiting: changed[index] of n is set for each path that may lead elsewhere now. */
bool bw_trace_links_read(struct bw_trace_links *links, bool *changed, size_t n);

void bw_trace_links_free(struct bw_trace_links *links);
