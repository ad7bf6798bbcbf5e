/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What is done by a descriptor that is open already: since before the rules held, or since a process that may open the
 * file passed it on. Each function returns 0, or the error by which the hook refuses.
 */
#pragma once

#include <linux/fs.h>
#include <linux/mm.h>

#include "../lib/directories.h"
#include "../lib/opens.h"
#include "action.h"
#include "operations.h"

#define FOR_WRITING	 2 /* MAY_WRITE */
#define MAPPED_SHARED	 1 /* MAP_SHARED */
#define READABLE_OR_EXEC 5 /* PROT_READ | PROT_EXEC */
#define MADE_WRITABLE	 2 /* PROT_WRITE */
#define IS_READABLE	 1 /* VM_READ */
#define IS_WRITABLE	 2 /* VM_WRITE */
#define IS_SHARED	 8 /* VM_SHARED */

/* The kernel reads and maps what it executes: that is no reading by the program. */
static inline u32 wanted_of(struct file *file, u32 wanted)
{
	u32 flags = 0;

	PEEK(flags, file->f_flags);
	return flags & OPEN_FOR_EXEC ? ACCESS_EXEC : wanted;
}

static inline long on_use(void *ctx, struct file *file, struct operation operation, u32 wanted)
{
	struct settings *s = enforced();
	struct path path = read_path(&file->f_path);
	struct attempt a = {operation, wanted, path.dentry, path.mnt};

	if (!s || !path.dentry || !(wanted & s->access))
		return 0;
	PEEK(a.inode, file->f_inode);
	a.named = dentry_of(a.dentry, a.inode);
	a.by_directory = match_directory(a.named, a.mnt, LEVELS_OTHER, MOUNTS, false);
	return check(ctx, s, &a, s->error);
}

/* read(2), write(2), and all that does the same: pread, readv, sendfile, splice, copy_file_range, fallocate, ... */
static inline long on_read_or_write(void *ctx, struct file *file, int mask)
{
	if (mask & FOR_WRITING)
		return on_use(ctx, file, OPERATION("write"), wanted_of(file, ACCESS_WRITE));
	return on_use(ctx, file, OPERATION("read"), wanted_of(file, ACCESS_READ));
}

/* What a mapping allows, if not at once, then by mprotect(2): the hook of that one need not ask for it again. */
static inline u32 wanted_by_mapping(struct file *file, u64 flags)
{
	u32 mode = 0;

	PEEK(mode, file->f_mode);
	return flags & MAPPED_SHARED && mode & FMODE_WRITE ? ACCESS_READ | ACCESS_WRITE : ACCESS_READ;
}

/* A mapping without a file is none of ours; from 7.2 on the verifier wants that to be asked. */
static inline long on_mmap(void *ctx, struct file *file, u64 flags)
{
	u32 wanted = DENY_MMAP ? ACCESS_MMAP : 0;

	if (!file)
		return 0;
	if (DENY_HELD)
		wanted |= wanted_of(file, wanted_by_mapping(file, flags));
	return on_use(ctx, file, OPERATION("mmap"), wanted);
}

/* A mapping that was there before the rules held gets what it could not do. */
static inline long on_mprotect(void *ctx, struct vm_area_struct *area, u64 protection)
{
	struct file *file = NULL;
	unsigned long flags = 0;
	u32 wanted = 0;

	PEEK(file, area->vm_file);
	PEEK(flags, area->vm_flags);
	if (!file)
		return 0;
	if (protection & READABLE_OR_EXEC && !(flags & IS_READABLE))
		wanted |= ACCESS_READ;
	if (protection & MADE_WRITABLE && flags & IS_SHARED && !(flags & IS_WRITABLE))
		wanted |= ACCESS_WRITE;
	return wanted ? on_use(ctx, file, OPERATION("mmap"), wanted_of(file, wanted)) : 0;
}
