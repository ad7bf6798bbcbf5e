/* SPDX-License-Identifier: Apache-2.0 */
/* A search for files of several names beneath a directory, a step at a time. For the process that opens
 * (trace_opener.h). */
#pragma once

#include <dirent.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct bw_trace_search {
	DIR *at; /* the directory that is read; NULL: the next one is to be opened */
	char path[PATH_MAX];
	char **waiting; /* n_waiting paths of directories that were found, owned */
	size_t n_waiting;
	dev_t dev; /* the search stays on this file system */
};

/* Begins at the directory; symlinks to it are followed, and no others. 0 or -errno. */
int bw_trace_search_open(struct bw_trace_search *search, const char *directory);

/*
 * The next file's path. What can't be read is passed over. 0; -ENOENT behind the last one; -EAGAIN: none was found
 * until `end` (bw_deadline_now), and there is more to look through; or -ENOMEM.
 */
int bw_trace_search_next(struct bw_trace_search *search, uint64_t end, char path[PATH_MAX]);

void bw_trace_search_close(struct bw_trace_search *search);
