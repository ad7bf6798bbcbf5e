/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directories of rules: they, and what is mounted beneath them, go into the map `dirs`; of the files beneath, those
 * that have another link go into `files` (enforce/linked_files.h).
 */
#pragma once

#include "enforce/enforcement.h"

/* A descriptor of the directory, the caller's; or -errno, reported. */
int bw_directories_open(const char *path);

/* Protects the directory, for bw_directories_search to go on. 0 or -errno, reported, but for -E2BIG: a map is full. */
int bw_directories_protect(struct bw_enforcement *enforcement, const char *path);

/*
 * Protects what is mounted beneath the directories, hidden or not, and searches them all for files with other links.
 * The program is in MODE_LEARN. As bw_directories_protect.
 */
int bw_directories_search(struct bw_enforcement *enforcement);

/*
 * The same for what was mounted since, while the rules hold. What fails is reported, and is no error. To be called when
 * enforcement->mounts_fd has POLLPRI.
 */
void bw_directories_update(struct bw_enforcement *enforcement);

void bw_directories_free(struct bw_enforcement *enforcement);
