/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What is checked where a file is deleted or replaced, gets another name, size or attributes. The hooks have the
 * directory entry, and not the mount. Each function returns 0, or the error by which the hook refuses.
 */
#pragma once

#include <linux/fs.h>

#include "../lib/directories.h"
#include "action.h"
#include "operations.h"
#include "rename.h"

/* struct iattr's ia_valid */
#define SETS_SIZE (1 << 3)
#define FORCED	  (1 << 9)  /* by the kernel itself, as when a write takes the set-user-ID bit off */
#define BY_HANDLE (1 << 13) /* by a descriptor */
#define BY_OPEN	  (1 << 15) /* O_TRUNC */

#define MAY_ACCESS 0x10 /* of a permission check: access(2) asks */

#if BY_ANCESTOR

/* A directory above a protected file: by its new name the file's path would lead elsewhere. */
static inline u32 match_ancestor(struct inode *inode)
{
	struct file_id id = {};
	u32 *found;

	identify(inode, &id);
	found = ancestors.lookup(&id);
	return found ? *found : 0;
}

#else

static inline u32 match_ancestor(struct inode *inode)
{
	return 0;
}

#endif

/* An operation on what an entry leads to, also on a protected directory itself. */
static inline long on_entry(void *ctx, struct operation operation, u32 wanted, struct dentry *dentry)
{
	struct settings *s = enforced();
	struct attempt a = {operation, wanted, dentry, .named = dentry};

	if (!s)
		return 0;
	PEEK(a.inode, dentry->d_inode);
	a.by_directory = match_directory(dentry, NULL, LEVELS_OTHER, 0, true);
	return check(ctx, s, &a, s->error);
}

/* The same by an open file: its path is known. */
static inline long on_file(void *ctx, struct operation operation, u32 wanted, const struct path *file)
{
	struct settings *s = enforced();
	struct path path = {};
	struct attempt a = {operation, wanted};

	bpf_probe_read_kernel(&path, sizeof(path), file);
	if (!s || !path.dentry)
		return 0;
	a.dentry = a.named = path.dentry;
	a.mnt = path.mnt;
	PEEK(a.inode, a.dentry->d_inode);
	a.by_directory = match_directory(a.dentry, a.mnt, LEVELS_OTHER, MOUNTS, true);
	return check(ctx, s, &a, s->error);
}

/* What `from` leads to gets the name of `to`, whether or not there is a file yet. */
static inline long on_rename(void *ctx, struct dentry *from, struct dentry *to)
{
	long r = 0;

	if (DENY_RENAME)
		r = on_entry(ctx, OPERATION("rename"), ACCESS_RENAME, from);
	if (DENY_REPLACE && !r)
		r = on_entry(ctx, OPERATION("replace"), ACCESS_REPLACE, to);
	return r ? r : on_new_name(ctx, from, to);
}

/* In a protected directory a file is denied both a name more and a name elsewhere. */
static inline long on_link(void *ctx, struct dentry *from, struct dentry *to)
{
	long r = 0;

	if (DENY_LINK)
		r = on_entry(ctx, OPERATION("link"), ACCESS_LINK_TO, from);
	if (DENY_REPLACE && !r)
		r = on_entry(ctx, OPERATION("link"), ACCESS_LINK | ACCESS_REPLACE, to);
	return r ? r : on_new_name(ctx, from, to);
}

/*
 * Of the size, only what no other hook sees: an overlay truncates the file of its layer by this, and ftruncate(2).
 * truncate(2) comes here, too, after it was checked by its path; a dry run would report it twice.
 */
static inline u32 wanted_by_size(struct settings *s, u32 valid)
{
	if (valid & BY_OPEN)
		return 0;
	if (valid & BY_HANDLE)
		return DENY_HELD ? ACCESS_RESIZE | ACCESS_WRITE : ACCESS_RESIZE;
	return s->dry_run ? 0 : ACCESS_TRUNCATE;
}

static inline long on_setattr(void *ctx, struct dentry *dentry, struct iattr *attr)
{
	struct settings *s = enforced();
	struct operation operation = OPERATION("attr");
	u32 valid = 0, wanted = ACCESS_ATTR;

	PEEK(valid, attr->ia_valid);
	if (!s)
		return 0;
	if (valid & SETS_SIZE) {
		operation = OPERATION("truncate");
		wanted = wanted_by_size(s, valid);
	} else if (valid & FORCED) {
		return 0;
	}
	return wanted & s->access ? on_entry(ctx, operation, wanted, dentry) : 0;
}

/* ioctl(2) that changes flags or attributes: of ext4 and others, of XFS, of FAT. */
static inline bool changes_flags(u32 command)
{
	switch (command) {
	case 0x40086602: /* FS_IOC_SETFLAGS */
	case 0x40046602: /* FS_IOC32_SETFLAGS */
	case 0x401c5820: /* FS_IOC_FSSETXATTR */
	case 0x40087602: /* FS_IOC_SETVERSION */
	case 0x40047602: /* FS_IOC32_SETVERSION */
	case 0x40047211: /* FAT_IOCTL_SET_ATTRIBUTES */
		return true;
	}
	return false;
}

static inline long on_ioctl(void *ctx, struct file *file, u32 command)
{
	return changes_flags(command) ? on_file(ctx, OPERATION("attr"), ACCESS_ATTR, &file->f_path) : 0;
}

/* access(2): only the inode is known, so one of its names counts. */
static inline long on_permission(void *ctx, struct inode *inode, int mask)
{
	struct hlist_node *alias = NULL;

	if (!(mask & MAY_ACCESS))
		return 0;
	PEEK(alias, inode->i_dentry.first);
	return alias ? on_entry(ctx, OPERATION("stat"), ACCESS_STAT, dentry_of_alias(alias)) : 0;
}
