/* SPDX-License-Identifier: Apache-2.0 */
/* How many of the files that a program learns belong to which user (bpf_src/lib/shares.h). */
#pragma once

#include <stddef.h>

#include "enforce/enforcement.h"

/*
 * Learned files that there is room for, beside what the rules are known to need; how many of these may be found at the
 * start (more: the maps grow), so that they leave room for others; and users whose files are counted.
 */
enum { BW_SHARES_LEARNED = 16384, BW_SHARES_AT_START = BW_SHARES_LEARNED / 8, BW_SHARES_USERS = 4096 };

/* From now on no user but root gets more than his share. 0 or -errno, reported. */
int bw_shares_limit(struct bw_enforcement *enforcement);

/* An entry that another program counted is this one's, too. */
void bw_shares_add(struct bw_enforcement *enforcement, uint32_t owner);

/* "7168 of uid 1000, 3 of uid 0": who has most, at most size - 1 bytes; "" where nothing was learned. */
void bw_shares_describe(const struct bw_loaded *loaded, char *text, size_t size);
