/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Visits everything beneath a directory, of any depth, also while others move it; symlinks are not followed. Few
 * descriptors are open at once.
 */
#pragma once

#include <sys/stat.h>

struct bw_walk {
	/* For each file that is no directory; dir stays open during the call. A result other than 0 ends the walk,
	 * which returns it. */
	int (*each)(void *cookie, int dir, const char *name, const struct stat *st);
	/* The same for each directory before it is read, the first one too. May be NULL. */
	int (*enter)(void *cookie, const struct stat *st);
	/*
	 * For a directory that can't be read, with a positive error; name NULL: the open directory dir itself. May be
	 * NULL. A file that was removed meanwhile is no error.
	 */
	void (*skip)(void *cookie, int dir, const char *name, int error);
	void *cookie;
};

/*
 * dir may be open with O_PATH, and stays the caller's. 0; what `each` or `enter` returned; or -errno: -ESTALE if a
 * directory on the way was moved, so that the rest can't be reached; -EINTR if a signal came that ends the run.
 */
int bw_walk(const struct bw_walk *walk, int dir);
