/* SPDX-License-Identifier: Apache-2.0 */
/* All that lies beneath a folder, however deep, also while others move it about; symlinks are not followed. */
#pragma once

#include <sys/stat.h>

struct bw_walk {
	/* For each that is no folder. folder is open meanwhile. What is not 0 ends the walk, which returns it. */
	int (*each)(void *cookie, int folder, const char *name, const struct stat *st);
	/*
	 * For what can't be looked at, `error` being positive: a folder, or, where name is NULL, the open folder
	 * itself. NULL: in silence. What is gone meanwhile is no error.
	 */
	void (*skip)(void *cookie, int folder, const char *name, int error);
	void *cookie;
};

/*
 * folder may be open with O_PATH, and stays the caller's. 0; what `each` returned; or -errno: -EMFILE if more folders
 * lie in each other than this process may open.
 */
int bw_walk(const struct bw_walk *walk, int folder);
