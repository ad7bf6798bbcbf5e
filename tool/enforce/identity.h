/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file is, as the kernel knows it: the program itself tells. While it is in MODE_LEARN bccwatch opens the file,
 * and the program refuses that (where it can, so that it has no effect on a device or a fifo) and writes down what it
 * sees.
 */
#pragma once

#include "enforce/enforcement.h"

/* A descriptor for the following two, links followed; the caller's. Or -errno. */
int bw_identity_open(const char *path);

/*
 * Leaves in guard->last what `file` is, a descriptor that may be open with O_PATH. 0 or -errno: -EOPNOTSUPP for a
 * character device where the hook can't refuse that it is opened.
 */
int bw_identity_learn(struct bw_enforcement *guard, int file);

/*
 * The same; and it stays in the kernel's memory until bw_identity_free, so that its address there is its own: some file
 * systems make up another number for what they have forgotten. Takes the descriptor, in either case.
 */
int bw_identity_hold(struct bw_enforcement *guard, int file);
void bw_identity_free(struct bw_enforcement *guard);

/* These, too, are 0 or -errno; that the source lacks a map they report on stderr. -E2BIG: a map is full. */
int bw_identity_reset(struct bw_enforcement *guard); /* what was learned */
int bw_identity_read(struct bw_enforcement *guard);  /* what was learned, into guard->last */
int bw_identity_mode(struct bw_enforcement *guard, uint32_t mode);

/* Puts a key of that size into the map, with the accesses that the rules are about. */
int bw_identity_put(struct bw_enforcement *guard, const char *map, const void *key, size_t size);

/* Puts guard->last into `files` or `dirs`; where it is not held, until the file is removed. */
int bw_identity_protect(struct bw_enforcement *guard, const char *map, bool held);
