/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * How many of the files that a program learns belong to one user, so that no user's files take all entries of the maps.
 * The users but root may have `limit` entries in all, and each as many as are left to the others.
 */
#pragma once

#include <linux/fs.h>

#include "target.h"
#include "verifier.h"

#ifndef SHARES /* block: nothing is refused to those whom trace watches */
#define SHARES 0
#endif

#if SHARES

BPF_ARRAY(room, u64, ROOMS);
BPF_HASH(shares, u32, u64, 1); /* by user, root too; bccwatch makes it as large as it needs */

static inline void count_taken(u32 user, s64 n)
{
	int index = ROOM_TAKEN;
	u64 *taken = room.lookup(&index);

	if (taken && user)
		__sync_fetch_and_add(taken, n);
}

static inline bool has_room(u32 user, s64 share)
{
	int limit_index = ROOM_LIMIT, taken_index = ROOM_TAKEN;
	u64 *limit = room.lookup(&limit_index), *taken = room.lookup(&taken_index);

	return !user || !limit || !taken || !*limit || share + (s64)*taken < (s64)*limit;
}

/* *owner: for return_share. False: the user whose file it is has no share left. */
static inline bool take_share(struct inode *inode, u32 *owner)
{
	u64 none = 0, *share;
	u32 user = 0;

	PEEK(user, inode->i_uid);
	share = shares.lookup_or_try_init(&user, &none);
	if (!share || !has_room(user, *share))
		return !user;
	__sync_fetch_and_add(share, 1);
	count_taken(user, 1);
	*owner = user + 1;
	return true;
}

static inline void return_share(u32 owner)
{
	u32 user = owner - 1;
	u64 *share = shares.lookup(&user);

	if (!owner || !share)
		return;
	__sync_fetch_and_add(share, -1);
	count_taken(user, -1);
	if ((s64)*share <= 0)
		shares.delete(&user);
}

#else

static inline bool take_share(struct inode *inode, u32 *owner)
{
	return true;
}

static inline void return_share(u32 owner)
{
}

#endif
