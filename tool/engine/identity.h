/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a path is, as the kernel knows it: the program itself tells. While it is in MODE_LEARN bccwatch opens the path,
 * and the program refuses that (where it can, so that it has no effect on a device or a fifo) and writes down what it
 * sees.
 */
#pragma once

#include "engine/guard.h"

/* Leaves in guard->last what is at the path, links followed. 0 or -errno: -ENOENT if there is nothing. */
int bw_identity_learn(struct bw_guard *guard, const char *path);

/*
 * The same, and what it is stays in the kernel's memory until bw_identity_free: some file systems make up another
 * number for what they have forgotten.
 */
int bw_identity_hold(struct bw_guard *guard, const char *path);
void bw_identity_free(struct bw_guard *guard);

/* These, too, are 0 or -errno; that the source lacks a map, or a map is full, they report on stderr. */
int bw_identity_read(struct bw_guard *guard, struct learned *l);
int bw_identity_mode(struct bw_guard *guard, uint32_t mode);

/* Puts a key of that size into the map, with the accesses that the rules are about. */
int bw_identity_put(struct bw_guard *guard, const char *map, const void *key, size_t size);
