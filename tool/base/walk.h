/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that lies beneath a directory, however deep, also while others move it about; symlinks are not followed. Few
 * descriptors are open at once, whatever the depth.
 */
#pragma once

#include <sys/stat.h>

struct bw_walk {
	/* For each that is no directory. dir is open meanwhile. What is not 0 ends the walk, which returns it. */
	int (*each)(void *cookie, int dir, const char *name, const struct stat *st);
	/* For each directory before it is read, the first one too; likewise. May be NULL. */
	int (*enter)(void *cookie, const struct stat *st);
	/*
	 * For what can't be looked at, `error` being positive: a directory, or, where name is NULL, the open directory
	 * itself. NULL: in silence. What is gone meanwhile is no error.
	 */
	void (*skip)(void *cookie, int dir, const char *name, int error);
	void *cookie;
};

/*
 * dir may be open with O_PATH, and stays the caller's. 0; what `each` or `enter` returned; or -errno: -ESTALE if a
 * directory on the way was moved, so that the rest can't be reached; -EINTR if a signal came that ends the run.
 */
int bw_walk(const struct bw_walk *walk, int dir);
