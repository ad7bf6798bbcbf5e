/* SPDX-License-Identifier: Apache-2.0 */
/* The files that processes have open, by the links in /proc/PID/fd: no file system is asked. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct bw_open_file {
	pid_t pid;	  /* as this process's /proc has it */
	const char *link; /* what the descriptor's link has: a path, "pipe:[INODE]", ... */
	const char *fd;	  /* the descriptor's link, a path */
	int flags;	  /* O_*, of fdinfo; only where `wanted` said so */
};

struct bw_open_files_search {
	/* Is the link one to look at? Only then is fdinfo read. */
	bool (*wanted)(void *cookie, const char *link);
	/* False: nothing more of this process is wanted. */
	bool (*found)(void *cookie, const struct bw_open_file *file);
	void *cookie;
};

/*
 * Goes through the descriptors of all processes but this one. root is put before /proc. What goes away meanwhile, or
 * may not be looked at, is passed over. It takes a second at most; *incomplete: that was not enough. 0 or -errno.
 */
int bw_open_files_search(const struct bw_open_files_search *search, const char *root, bool *incomplete);
