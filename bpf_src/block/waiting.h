/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Directories that come to be on the way to a path that a rule waits for. Such a directory is one of `places` before it
 * can be found under its name, and where it is the last one that is protected, also one of `dirs`: nobody can create
 * anything in it before. A file at the path is found by match_waiting() (lib/match.h).
 */
#pragma once

#include <linux/fs.h>

#include "../lib/identity.h"
#include "../lib/path.h"
#include "../lib/track.h"
#include "maps.h"

#if WAITING

/* The directory is what the step says. 0, or an error: a map is full. */
static inline long take_place(struct step *step, struct inode *inode)
{
	struct protection place = {(u64)inode, step->node};
	struct file_id id = {};
	u32 one = 1;
	long r = 0;

	identify(inode, &id);
	if (step->node)
		r = places.update(&id, &place);
	if (!BY_DIR || !step->directory)
		return r;
	r |= protect_new_directory(inode, step->directory);
	return r | devices.update(&id.dev, &one);
}

/* The inode comes to be at this name: it is created, found on the disk, or moved there. */
static inline int on_arrival(struct dentry *at, struct inode *inode)
{
	struct inode *directory = NULL;
	struct protection *place;
	struct name_key key = {};
	struct file_id id = {};
	struct links links;
	struct step *step;
	u16 mode = 0;

	PEEK(mode, inode->i_mode);
	if ((mode & 0170000) != 0040000)
		return 0;
	READ_LINKS(links, at);
	PEEK(directory, links.parent->d_inode);
	identify(directory, &id);
	place = places.lookup(&id);
	if (!place)
		return 0;
	key.parent.ino = place->access;
	bpf_probe_read_kernel_str(&key.name, sizeof(key.name), links.name.name);
	step = steps.lookup(&key);
	if (step && take_place(step, inode) != 0)
		count_outcome(OUTCOME_UNPLACED);
	return 0;
}

static inline int on_move(struct dentry *from, struct dentry *to, u32 flags)
{
	struct inode *inode = NULL;

	PEEK(inode, from->d_inode);
	on_arrival(to, inode);
	if (!(flags & RENAME_EXCHANGE))
		return 0;
	PEEK(inode, to->d_inode);
	return on_arrival(from, inode);
}

#endif
