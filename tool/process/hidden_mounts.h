/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts that no path leads to, since other mounts hide them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A directory: its path, and the mount it is in (bw_mounts_id_of). */
struct bw_hidden_mounts_dir {
	int fd;		  /* of the directory */
	const char *path; /* its path when it was opened last */
	int mount;
};

/*
 * Of all mounts beneath the directories, calls `found` for each that the path of its mount point does not lead to: with
 * a descriptor of its root (O_PATH, which `found` owns), or -1 where it can't be had; `whole` as bw_mounts_is_whole. A
 * child process finds them, in a mount namespace of its own, in which it unmounts what hides them. A result of `found`
 * other than 0 ends it. 0, that result, or -errno: -EINTR if a signal came that ends the run, -ECHILD if the child
 * failed.
 */
int bw_hidden_mounts_each(const struct bw_hidden_mounts_dir *dirs, size_t n,
			  int (*found)(void *cookie, int fd, const char *point, bool whole), void *cookie);

/* A descriptor (O_PATH), the caller's, of the root of the mount at the point; -ESTALE if it is another mount; or
 * -errno. */
int bw_hidden_mounts_open(const char *point, int mount);
