/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* How bccwatch learns which inodes are protected: it opens them. */
#pragma once

#include "../lib/identity.h"
#include "maps.h"

static inline bool has_own_comm(struct settings *s)
{
	u64 comm[2] = {}, own[2];

	bpf_get_current_comm(&comm, sizeof(comm));
	__builtin_memcpy(own, s->own_comm, sizeof(own));
	return comm[0] == own[0] && comm[1] == own[1];
}

/* Is this open one by which bccwatch learns an inode? */
static inline bool learn(struct settings *s, struct inode *inode, u32 above)
{
	struct learned *l;
	int zero = 0;
	u64 n;

	if (!has_own_comm(s))
		return false;
	if (s->mode != MODE_CANARY && s->self && !is_bccwatch(s))
		return false; /* another process took bccwatch's comm */
	l = learned.lookup(&zero);
	if (!l)
		return false;
	n = l->count;
	__sync_fetch_and_add(&l->count, 1); /* two at once are two: then bccwatch takes neither */
	if (n > 0)
		return true;
	if (inode)
		identify(inode, &l->file);
	l->inode = (u64)inode;
	l->above = above;
	l->process = bpf_get_current_pid_tgid() >> 32;
	if (PINNED)
		l->began = process_began();
	return true;
}
