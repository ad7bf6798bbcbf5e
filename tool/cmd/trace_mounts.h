/* SPDX-License-Identifier: Apache-2.0 */
/* What is mounted beneath the paths that trace watches: through another mount of it, no way leads by theirs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

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
	int fd; /* has POLLPRI when they did; once, whoever asks first */
};

/* From here on. 0 or -errno, reported. */
int bw_trace_mounts_open(struct bw_trace_mounts *mounts);

/* Did they, since this was asked last? */
bool bw_trace_mounts_changed(const struct bw_trace_mounts *mounts);

void bw_trace_mounts_close(struct bw_trace_mounts *mounts);
