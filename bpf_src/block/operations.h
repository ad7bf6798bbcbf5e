/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What is checked on each hook. Each function returns 0, or the error by which the hook refuses. */
#pragma once

#include <linux/errno.h>
#include <linux/fs.h>

#include "../lib/directories.h"
#include "../lib/opens.h"
#include "../lib/track.h"
#include "action.h"
#include "learn.h"

#define TRUNCATES 01000 /* O_TRUNC */

/* An overlay opens a file of a layer, which is the one that counts, under its own path: some name of that file. */
static inline struct dentry *dentry_of(struct dentry *dentry, struct inode *inode)
{
	struct inode *named = NULL;
	struct hlist_node *alias = NULL;

	PEEK(named, dentry->d_inode);
	if (named != inode)
		PEEK(alias, inode->i_dentry.first);
	return alias ? dentry_of_alias(alias) : dentry;
}

static inline u32 access_of(u32 flags, u32 mode)
{
	u32 access = mode & FMODE_READ ? ACCESS_READ : 0;

	if (flags & OPEN_FOR_EXEC)
		access = ACCESS_EXEC;
	if (mode & FMODE_WRITE || flags & TRUNCATES)
		access |= ACCESS_WRITE;
	if (flags & TRUNCATES)
		access |= ACCESS_TRUNCATE;
	return access ? access : ACCESS_ANY; /* O_PATH does not come here, ioctl's access mode 3 does */
}

static inline struct path read_path(const struct path *path)
{
	struct path copy = {};

	bpf_probe_read_kernel(&copy, sizeof(copy), path);
	return copy;
}

static inline long on_open(void *ctx, struct file *file)
{
	int zero = 0;
	struct settings *s = settings.lookup(&zero);
	struct path path = read_path(&file->f_path);
	struct attempt a = {OPERATION("open"), 0, path.dentry, path.mnt};
	struct inode *inode = NULL;
	u32 flags = 0, mode = 0, denied = 0;

	if (!s)
		return 0;
	PEEK(inode, file->f_inode);
	PEEK(flags, file->f_flags);
	PEEK(mode, file->f_mode);
	if (s->mode != MODE_ENFORCE && !s->learning)
		return 0;
	a.named = dentry_of(a.dentry, inode);
	a.by_directory = match_directory(a.named, a.mnt, LEVELS, MOUNTS, false);
	if (s->learning && learn(s, inode, a.by_directory)) {
		if (s->mode != MODE_CANARY)
			return -EACCES;
	} else {
		if (s->mode != MODE_ENFORCE)
			return 0;
		if (SELF_TEST && (u64)inode == s->canary && is_bccwatch(s))
			return negative(s->error);
		a.wanted = access_of(flags, mode);
		a.inode = inode;
		denied = decide(s, &a);
		if (!denied)
			return 0;
	}
	return deny(ctx, s, &a, denied, s->error); /* once: it is the larger part of the program */
}

/*
 * Something is created: refused, before it is there. While bccwatch searches a directory that others change without end
 * (frozen), nothing can be, by anybody. In a dry run a file is reported when what was created is opened.
 */
static inline long on_create(void *ctx, struct operation operation, u32 wanted, struct dentry *dentry)
{
	int zero = 0;
	struct settings *s = settings.lookup(&zero);
	struct attempt a = {operation, wanted, dentry, .named = dentry};

	if (!s || (s->mode != MODE_ENFORCE && !s->frozen))
		return 0;
	a.by_directory = match_directory(dentry, NULL, LEVELS_OTHER, 0, false);
	if (s->frozen)
		return a.by_directory ? -EBUSY : 0;
	if (!POLICIES && s->dry_run && wanted & s->access & ACCESS_CREATE && s->access & ACCESS_WRITE)
		return 0;
	return check(ctx, s, &a, s->error);
}

/* A directory or a symlink is created; at a protected name it takes the place of the file. */
static inline long on_create_other(void *ctx, u32 wanted, struct dentry *dentry)
{
	return on_create(ctx, OPERATION("create"), wanted | ACCESS_REPLACE, dentry);
}

static inline bool is_regular(u16 mode)
{
	return (mode & 0170000) == 0100000 || !(mode & 0170000);
}

/*
 * Needed when the file's mount lies below a protected directory: only this hook has the mount. If the walk is
 * inconclusive, on_create decides.
 */
static inline long on_mknod(void *ctx, const struct path *dir, struct dentry *dentry, u16 mode)
{
	struct settings *s = enforced();
	struct attempt a = {OPERATION("create"), ACCESS_MKNOD, dentry, read_path(dir).mnt};
	u32 denied;

	if (!s || s->dry_run) /* on_create reports it, once */
		return 0;
	if (is_regular(mode)) {
		a.operation = OPERATION("open");
		a.wanted = ACCESS_CREATE;
	}
	a.by_directory = match_directory(dentry, a.mnt, LEVELS_FALLBACK, MOUNTS, false);
	denied = a.by_directory & UNKNOWN ? 0 : decide(s, &a);
	if (!denied || audits_alone(denied)) /* on_create reports it, once */
		return 0;
	return deny(ctx, s, &a, denied, s->error);
}

/* What is mounted there would be below a protected directory by this path alone, or hide a protected file. */
static inline long on_mount(void *ctx, const struct path *point)
{
	struct settings *s = enforced();
	struct path path = read_path(point);
	struct attempt a = {OPERATION("mount on"), ACCESS_MOUNT, path.dentry, path.mnt, .named = path.dentry};

	if (!s)
		return 0;
	PEEK(a.inode, a.dentry->d_inode);
	a.by_directory = match_directory(a.dentry, a.mnt, LEVELS_MOUNT, MOUNTS, true);
	return check(ctx, s, &a, s->error);
}

/* mount(2) also changes what is mounted already. */
static inline bool adds_mount(u64 flags)
{
	if (flags & MS_REMOUNT)
		return false;
	return flags & MS_BIND || !(flags & (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE));
}

/* Without an open: truncate(2). */
static inline long on_truncate(void *ctx, const struct path *file)
{
	struct settings *s = enforced();
	struct path path = read_path(file);
	struct attempt a = {OPERATION("truncate"), ACCESS_TRUNCATE, path.dentry, path.mnt, .named = path.dentry};

	if (!s)
		return 0;
	PEEK(a.inode, a.dentry->d_inode);
	a.by_directory = match_directory(a.dentry, a.mnt, LEVELS_OTHER, MOUNTS, false);
	return check(ctx, s, &a, s->error);
}
