/* SPDX-License-Identifier: Apache-2.0 */
/* What is mounted beneath the paths that trace watches: through another mount of it, no way leads by theirs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many mounts beneath the paths are watched. */
enum { BW_TRACE_MOUNTS_MAX = 4096 };

struct bw_trace_mounts {
	/* Where it is open: has POLLPRI when mounts came or went in this process's mount namespace; once, whoever asks.
	 */
	bool open;
	int fd;
	bool incomplete; /* some could not be watched, which was reported */
	/* Inner: hashes of the n mounts that were watched and are there, sorted; owned. */
	uint64_t *watched;
	size_t n;
};

/* From here on changes are known. 0 or -errno, reported. */
int bw_trace_mounts_open(struct bw_trace_mounts *mounts);

/* Was something mounted beneath one of the n paths that is not watched yet? Known only where something was mounted. */
bool bw_trace_mounts_changed(struct bw_trace_mounts *mounts, char *const *paths, size_t n);

/*
 * Calls `watch` for the mount point of each mount that is beneath one of the n paths now, and was not when this was
 * called last: absolute, without symlinks, as seen in this process's mount namespace. (To open one keeps others from
 * unmounting it for a moment.) watch's result: 0 or -errno. What can't be watched is a note; -EINTR ends it, and so
 * does -EIO: nothing more can be opened. 0 or -EINTR.
 */
int bw_trace_mounts_watch(struct bw_trace_mounts *mounts, char *const *paths, size_t n,
			  int (*watch)(void *cookie, const char *point), void *cookie);

void bw_trace_mounts_close(struct bw_trace_mounts *mounts);
