/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lies beneath a directory: itself and what is mounted beneath it go into the map `dirs`; of the files beneath,
 * those that have another link, by which they could be opened elsewhere, into `files`.
 */
#pragma once

#include "engine/guard.h"

/* A descriptor of the directory, the caller's; or -errno, reported. */
int bw_beneath_open(const char *path);

/* Guards the directory, for bw_beneath_search to go on. 0 or -errno, reported, but for -E2BIG: a map is full. */
int bw_beneath_guard(struct bw_guard *guard, const char *path);

/*
 * Guards what is mounted beneath the directories, hidden or not, and searches them all for files with other links. The
 * program is in MODE_LEARN. As bw_beneath_guard.
 */
int bw_beneath_search(struct bw_guard *guard);

/*
 * The same for what was mounted since, while the rules hold. What fails is reported, and is no error. To be called when
 * guard->mounts_fd has POLLPRI.
 */
void bw_beneath_update(struct bw_guard *guard);

void bw_beneath_free(struct bw_guard *guard);
