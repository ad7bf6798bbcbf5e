/* SPDX-License-Identifier: Apache-2.0 */
/* The mounts of this process's namespace: /proc/self/mountinfo (proc_pid_mountinfo(5)). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct bw_mount {
	int id, parent;		  /* of the mount that it is mounted on */
	unsigned major, minor;	  /* of the file system */
	const char *root, *point; /* the directory of the file system that is mounted; where */
	const char *type;	  /* of the file system: "ext4" */
	bool beneath;		  /* bw_mounts_mark: it is mounted on or beneath a directory */
};

struct bw_mounts {
	struct bw_mount *mounts; /* n, by id */
	size_t n;
	char *text; /* the mounts' paths are parts of it; owned */
};

/* The file to read, and to poll: POLLPRI: something was mounted, moved or unmounted since. */
#define BW_MOUNTS "/proc/self/mountinfo"

/* Reads the list, below root. 0 or -errno; mounts is the caller's, for bw_mounts_free, in either case. */
int bw_mounts_read(const char *root, struct bw_mounts *mounts);

/* The same from the file's text, len bytes long and NUL-terminated, which it takes; malformed lines are left out. */
int bw_mounts_parse(char *text, struct bw_mounts *mounts);
void bw_mounts_free(struct bw_mounts *mounts);

/* The mount with that id, owned by mounts; NULL: there is none. */
const struct bw_mount *bw_mounts_find(const struct bw_mounts *mounts, int id);

/*
 * Sets `beneath` of all mounts on or beneath a directory that is seen at `path` in the mount `id`: also of those
 * that are on another mount of the same file system, or hidden.
 */
void bw_mounts_mark(struct bw_mounts *mounts, int id, const char *path);

/*
 * The path at which the mount `other` has what is seen at `path`, absolute and without symlinks, in the mount `in`;
 * something may be mounted over it there. malloc'd; NULL: it does not have it, or there is no memory.
 */
char *bw_mounts_path_in(const struct bw_mount *in, const char *path, const struct bw_mount *other);

/* Is all of its file system mounted there, so that no file in it can have a link outside? */
bool bw_mounts_is_whole(const struct bw_mount *mount);

/* The id of the mount that the descriptor was opened in, or -errno. */
int bw_mounts_id_of(int fd);
