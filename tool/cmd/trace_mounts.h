/* SPDX-License-Identifier: Apache-2.0 */
/* What is mounted beneath the paths that trace watches: through another mount of it, no way leads by theirs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many mounts beneath the paths are watched. */
enum { BW_TRACE_MOUNTS_MAX = 4096 };

/*
 * Calls `watch` for the mount point of each mount that is beneath one of the n paths now: absolute, without symlinks,
 * as seen in this process's mount namespace. Its result: 0 or -errno. What can't be watched is a note; -EINTR ends it,
 * and so does -EIO: nothing more can be opened. 0 or -EINTR.
 */
int bw_trace_mounts_watch(char *const *paths, size_t n, int (*watch)(void *cookie, const char *point), void *cookie);

/* Whether mounts came or went in this process's mount namespace. */
struct bw_trace_mounts {
	bool open;
	int fd;		  /* has POLLPRI when they did; once, whoever asks first */
	uint64_t beneath; /* a hash of what is mounted beneath the paths */
};

/* From here on. 0 or -errno, reported. */
int bw_trace_mounts_open(struct bw_trace_mounts *mounts);

/* Did they beneath one of the n paths, since this was asked last? The first time also elsewhere. */
bool bw_trace_mounts_changed(struct bw_trace_mounts *mounts, char *const *paths, size_t n);

void bw_trace_mounts_close(struct bw_trace_mounts *mounts);
