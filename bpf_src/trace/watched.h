/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Is a file one of those that trace was given by a PATH, or beneath one (lib/targets.h)? */
#pragma once

#include <linux/version.h>

#include "../lib/directories.h"
#include "../lib/match.h"
#include "filters.h"
#include "slot.h"

/*
 * How many times, in is_below_watched(), the walk up goes on: from a directory with watched names, from where a file
 * system is mounted, or after LEVELS_AT_ONCE directories without either.
 */
#define CLIMBS	       16
#define LEVELS_AT_ONCE 32
#define LEVELS_HERE    (LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0) ? 64 : 128) /* on the file's own file system */

static inline u32 device_of(struct dentry *dentry)
{
	struct super_block *sb = NULL;
	u32 dev = 0;

	PEEK(sb, dentry->d_sb);
	PEEK(dev, sb->s_dev);
	return dev;
}

/* Has the file, or one of the directories on the way, a watched name? */
static inline bool is_below_name(struct slot *s, struct dentry *dentry)
{
	bool found = false;

#pragma clang loop unroll(disable)
	for (int i = 0; i < BELOW_MAX; i++) {
		if (i >= s->n_below || !s->below[i])
			continue;
		__builtin_memset(&s->key, 0, sizeof(s->key));
		if (match_path_by(&s->key, s->below[i], NULL)) {
			found = true;
			s->is_named |= s->below[i] == dentry;
		}
		HIDE_FROM_VERIFIER(found);
	}
	return found;
}

/*
 * Is it one of the directories of dirs, or below one? Up to the root of the file system, whatever part of it is mounted
 * here, then on from where it is mounted. A file system that has no directory of dirs is not gone through. Where
 * the walk does not come to its end, too many directories or mounts above, it may be below one: it is shown.
 */
static inline bool is_below_watched(struct slot *s, struct dentry *file, struct vfsmount *mnt)
{
	struct mount *mount = mount_of(mnt);
	struct climb c = {.links = {.parent = file}, .id = {.dev = device_of(file)}};
	u32 access, found = UNKNOWN, n;
	bool is_top;

	HIDE_FROM_VERIFIER(mount);
	s->n_below = 0;
	s->is_named = 0;
	for (int i = 0; i < CLIMBS; i++) {
		access = 0;
		is_top = true;
		if (devices.lookup(&c.id.dev)) {
			access = climb(&c, LEVELS_AT_ONCE);
			is_top = c.links.parent == c.dentry;
			/* The child of a directory of dirs, on the way, may have a watched name. */
			if (!(access & UNKNOWN) && dirs.lookup(&c.id)) {
				n = s->n_below++;
				BOUND(n, BELOW_MAX);
				s->below[n] = c.child;
			}
			if (is_top && is_detached(&c))
				access = WATCHED; /* it may be */
		}
		HIDE_FROM_VERIFIER(access);
		if (access & WATCHED && !(access & UNKNOWN))
			break; /* found is UNKNOWN, as where the walk does not come to its end: shown as well */
		if (is_top && !climb_to_mountpoint(&c, &mount)) {
			found = s->n_below > BELOW_MAX; /* some were written over */
			break;
		}
	}
	HIDE_FROM_VERIFIER(found);
	if (!found && s->n_below)
		found = is_below_name(s, file);
	HIDE_FROM_VERIFIER(found);
	return found;
}

static inline bool is_directory(struct inode *inode)
{
	u16 mode = 0;

	PEEK(mode, inode->i_mode);
	return (mode & 0170000) == 0040000;
}

static inline bool has_other_names(struct inode *inode)
{
	u32 links = 0;

	PEEK(links, inode->i_nlink);
	return links > 1 && !is_directory(inode);
}

static inline void count_unwatched(long r)
{
	if (r < 0 && r != -EEXIST) /* another CPU was there first */
		count(COUNTER_UNWATCHED);
}

/* From now on it is watched, whatever its names. */
static inline void watch_file(struct inode *inode)
{
	count_unwatched(protect_file(inode, WATCHED));
}

/* The same, and what is below it. */
static inline void watch_itself(struct inode *inode)
{
	if (!FILTER_FILE || !inode)
		return;
	if (is_directory(inode))
		count_unwatched(protect_directory(inode, WATCHED));
	else
		watch_file(inode);
}

/*
 * Is it one of the files, or in one of the directories? The file at a watched path is watched from then on, whatever
 * happens to its name. inode: NULL where there is no file yet.
 */
static inline bool is_watched(struct slot *s, struct dentry *dentry, struct vfsmount *mnt, struct inode *inode)
{
	u32 found;

	if (!FILTER_FILE)
		return true;
	found = is_below_watched(s, dentry, mnt);
	if (found && inode && (s->is_named || has_other_names(inode)))
		watch_file(inode);
	if (inode)
		found |= match_inode(inode);
	return found;
}

/*
 * Is one of the directories above watched? As is_below_watched(), but on the file's own file system alone, and without
 * regard to watched names: so little that a start is no slower for it.
 */
static inline bool is_below_watched_here(struct dentry *dentry)
{
	struct file_id id = {.dev = device_of(dentry)};
	bool found = false, too_deep = true;
	struct links links;

	if (!devices.lookup(&id.dev))
		return false;
	for (int i = 0; i < LEVELS_HERE; i++) {
		struct protection *directory;

		READ_LINKS(links, dentry);
		PEEK(id.ino, links.inode->i_ino);
		PEEK(id.generation, links.inode->i_generation);
		directory = dirs.lookup(&id);
		found |= directory && directory->access & WATCHED;
		HIDE_FROM_VERIFIER(found);
		if (links.parent == dentry) {
			too_deep = false;
			break;
		}
		dentry = links.parent;
	}
	found |= too_deep;
	HIDE_FROM_VERIFIER(found);
	return found;
}

/* A link or rename that is not shown: see is_either_watched(). */
static inline int on_new_name(struct dentry *from, struct dentry *to, bool links)
{
	struct inode *inode = NULL, *replaced = NULL;
	bool here;

	PEEK(inode, from->d_inode);
	PEEK(replaced, to->d_inode);
	here = is_below_watched_here(to);
	if (here)
		watch_itself(replaced);
	if ((here && (links || has_other_names(inode))) || is_below_watched_here(from))
		watch_itself(inode);
	return 0;
}

/*
 * Is it about a watched name? What has or gets a name beneath a watched directory and one elsewhere is watched itself
 * from then on: what is at `from`, and what is at `to`, which an exchange takes away.
 */
static inline bool is_either_watched(struct slot *s, struct vfsmount *mnt, struct dentry *from, struct dentry *to,
				     bool links)
{
	struct inode *inode = NULL, *replaced = NULL;
	bool watched, here;

	PEEK(inode, from->d_inode);
	PEEK(replaced, to->d_inode);
	watched = is_watched(s, from, mnt, inode);
	here = is_watched(s, to, mnt, NULL); /* the file is watched at that name when it is there */
	if (watched || (here && (links || has_other_names(inode))))
		watch_itself(inode);
	if (here)
		watch_itself(replaced);
	watched |= here;
	if (FILTER_FILE && replaced)
		watched |= match_inode(replaced) != 0;
	HIDE_FROM_VERIFIER(watched); /* else it follows each way to here through the paths that are put together */
	return watched;
}
