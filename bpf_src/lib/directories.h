/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Is a file below a directory of dirs (lib/targets.h)? */
#pragma once

#include "path.h"
#include "targets.h"

/*
 * How many directories above a file are looked at on its file system, then on each that this is mounted on, and how
 * many of those there may be. The verifier follows each at the start, so hooks other than open look at fewer.
 */
#define LEVELS		TURNS(4096, 1024)
#define LEVELS_OTHER	1024
#define LEVELS_MOUNT	512 /* where something is mounted */
#define LEVELS_FALLBACK 128 /* where another hook asks again */
#define LEVELS_ABOVE	64
#define MOUNTS		16

#define DISCONNECTED (1 << 5) /* DCACHE_DISCONNECTED: a dentry without a parent, and no root either */

/* The state of the walk up, which climb() and climb_to_mountpoint() take turns with; id is the key for dirs. */
struct climb {
	struct dentry *dentry, *child; /* of which it is the parent */
	struct links links;	       /* of dentry */
	struct file_id id;	       /* of its inode; dev is that of the file system */
};

/* Whether the walk up goes on behind a directory of dirs: rules for one above may have other subjects. */
#ifndef DIRS_DIFFER
#define DIRS_DIFFER 0
#endif

/*
 * To the next of dirs, whose accesses are returned, or (DIRS_DIFFER) to the top, with those of all on the way; 0: there
 * is none; UNKNOWN where the top is farther away.
 */
static inline u32 climb(struct climb *c, int levels)
{
	u32 access = ALL_BITS, all = 0;

	/* Whether it is the top is asked once in four directories: each branch is another way for the verifier. */
	for (int i = 0; i < levels; i += 4) {
#pragma unroll
		for (int k = 0; k < 4; k++) { /* the parent of the top is the top again */
			struct protection *found;

			c->child = c->dentry;
			c->dentry = c->links.parent;
			READ_LINKS(c->links, c->dentry);
			PEEK(c->id.ino, c->links.inode->i_ino);
			PEEK(c->id.generation, c->links.inode->i_generation);
			found = dirs.lookup(&c->id);
			if (found && DIRS_DIFFER) {
				all |= found->access;
				HIDE_FROM_VERIFIER(all);
			} else if (found) {
				access = found->access;
				goto end;
			}
		}
		if (c->links.parent == c->dentry) {
			access = all;
			goto end;
		}
	}
end:
	HIDE_FROM_VERIFIER(access);
	return access;
}

/* Goes on where the file system, whose top was reached, is mounted. False: it is mounted nowhere. */
static inline bool climb_to_mountpoint(struct climb *c, struct mount **mount)
{
	struct mount *lower = *mount;
	struct super_block *sb = NULL;

	PEEK(*mount, lower->mnt_parent);
	PEEK(c->links.parent, lower->mnt_mountpoint);
	if (*mount == lower || !c->links.parent)
		return false;
	PEEK(sb, c->links.parent->d_sb);
	PEEK(c->id.dev, sb->s_dev);
	return true;
}

/*
 * open_by_handle_at(2) can make dentries that have no parent yet. Only matters on file systems in `devices`. (On NFS
 * each mount has a root of its own.)
 */
static inline bool is_detached(struct climb *c)
{
	u32 flags = 0;

	PEEK(flags, c->dentry->d_flags);
	return flags & DISCONNECTED && devices.lookup(&c->id.dev);
}

static inline struct mount *mount_of(struct vfsmount *mnt)
{
	return mnt ? MOUNT_OF(mnt) : NULL;
}

/*
 * The accesses that stand at the directories above. Also UNKNOWN if the walk does not reach the root of a file system
 * that has a directory of dirs.
 *
 * The verifier follows each turn of the loops, and each difference between two ways through a turn; it keeps at most
 * 8,192 ways that it is still to follow. So a turn of climb has as few branches as can be, what goes from one to the
 * next is hidden from the verifier, and a hook calls this before it asks anything else: the verifier would follow each
 * answer through all of this.
 *
 * __noinline: compiled once, and not in each program again.
 *
 * mnt: NULL where it is not known; then only the file's own file system is looked at. itself: the dentry may be one of
 * dirs, too.
 */
static __noinline u32 match_directory(struct dentry *dentry, struct vfsmount *mnt, int levels, int mounts, bool itself)
{
	struct mount *mount = mount_of(mnt);
	struct super_block *sb = NULL;
	struct climb c = {};
	u32 access = 0;

	if (!BY_DIR)
		return 0;
	HIDE_FROM_VERIFIER(mount);
	c.dentry = dentry;
	READ_LINKS(c.links, dentry);
	PEEK(sb, dentry->d_sb);
	PEEK(c.id.dev, sb->s_dev);
	if (itself)
		c.links.parent = dentry;
	if (itself || c.links.parent != c.dentry)
		access = climb(&c, levels);
	if (access & UNKNOWN && !mounts && !devices.lookup(&c.id.dev))
		access = 0; /* however deep: there is no directory of dirs on this file system */
	for (int i = 0; i < mounts; i++) {
		if (access && !DIRS_DIFFER)
			goto end;
		if (is_detached(&c)) {
			access = ALL_BITS;
			goto end;
		}
		if (!climb_to_mountpoint(&c, &mount))
			goto end;
		access |= climb(&c, LEVELS_ABOVE);
		HIDE_FROM_VERIFIER(access);
	}
	if ((DIRS_DIFFER || !access) && (mounts || is_detached(&c)))
		access = ALL_BITS;
end:
	HIDE_FROM_CLANG(access); /* else the rest of the program is there once for each way to here */
	return access;
}
