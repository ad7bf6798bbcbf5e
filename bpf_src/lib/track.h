/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Which inodes are protected or watched: they come and go while a program runs. */
#pragma once

#include <linux/errno.h>

#include "identity.h"
#include "shares.h"
#include "targets.h"

#define BTRFS_MAGIC 0x9123683e

/*
 * A protected inode is found again. On some file systems two files have one number at the same time (btrfs: a
 * snapshot's; overlayfs: its layers'); then the removal of neither ends the protection.
 */
static inline long found_again(struct protection *found, struct inode *inode, u32 access)
{
	if (access & ~found->access)
		found->access |= access; /* by another rule, too */
	if (found->inode != PROTECTION_EVICTED && found->inode != (u64)inode)
		found->inode = PROTECTION_STAYS;
	return 0;
}

/* 0 or an error: the map is full, or the share of the file's owner. */
static inline long protect_file(struct inode *inode, u32 access)
{
	struct protection protection = {(u64)inode, access}, *found;
	struct file_id id = {};
	long r;

	identify(inode, &id);
	found = files.lookup(&id);
	if (found)
		return found_again(found, inode, access);
	if (!take_share(inode, &protection.owner))
		return -E2BIG;
	r = files.insert(&id, &protection);
	if (r < 0)
		return_share(protection.owner);
	return r;
}

static inline long protect_directory(struct inode *inode, u32 access)
{
	struct protection protection = {(u64)inode, access}, *found;
	struct file_id id = {};
	long r;

	identify(inode, &id);
	found = dirs.lookup(&id);
	if (found)
		return found_again(found, inode, access);
	if (!take_share(inode, &protection.owner))
		return -E2BIG;
	r = dirs.insert(&id, &protection);
	if (r < 0)
		return_share(protection.owner);
	return r;
}

/* The same for one that is protected in any case. */
static inline long protect_new_directory(struct inode *inode, u32 access)
{
	struct protection protection = {(u64)inode, access}, *found;
	struct file_id id = {};

	identify(inode, &id);
	found = dirs.lookup(&id);
	return found ? found_again(found, inode, access) : dirs.insert(&id, &protection);
}

/* On btrfs the inode of a snapshot has the same number. */
static inline bool has_twins(struct inode *inode)
{
	struct super_block *sb = NULL;
	unsigned long magic = 0;

	PEEK(sb, inode->i_sb);
	PEEK(magic, sb->s_magic);
	return magic == BTRFS_MAGIC;
}

/* The inode leaves memory, or is gone for good: does the protection end? */
static inline bool ends_with(struct protection *found, struct inode *inode, bool gone)
{
	if (gone)
		return found->inode == (u64)inode || found->inode == PROTECTION_EVICTED;
	if (found->inode == (u64)inode)
		found->inode = has_twins(inode) ? PROTECTION_STAYS : PROTECTION_EVICTED;
	return false;
}

/* A file that is gone needs no protection any more; its number may come again. */
static inline int on_free(struct inode *inode)
{
	struct super_block *sb = NULL;
	struct dentry *root = NULL;
	struct protection *found;
	struct file_id id = {};
	u32 links = 1, owner;
	bool gone;

	if (!BY_FILE)
		return 0;
	PEEK(links, inode->i_nlink);
	PEEK(sb, inode->i_sb);
	PEEK(root, sb->s_root);
	gone = !links || !root; /* the file, or its file system, which has no root any more while it is unmounted */
	identify(inode, &id);
	found = files.lookup(&id);
	if (found && ends_with(found, inode, gone)) {
		owner = found->owner;
		if (files.delete(&id) == 0)
			return_share(owner);
	}
	found = dirs.lookup(&id);
	if (found && ends_with(found, inode, gone)) {
		owner = found->owner;
		if (dirs.delete(&id) == 0)
			return_share(owner);
		if (!root)
			devices.delete(&id.dev); /* another file system can get its number */
	}
#if WAITING
	found = places.lookup(&id);
	if (found && ends_with(found, inode, gone))
		places.delete(&id);
#endif
	return 0;
}
