/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* From one file to another, to and from pipes, by a mapping; what has a size or a place in the file. */
#pragma once

#include <linux/binfmts.h>
#include <linux/mm.h>

#include "operations.h"

#define MAY_BE_SHARED 8		/* VM_SHARED */
#define MAPPED_SHARED 1		/* MAP_SHARED */
#define WRITABLE      2		/* PROT_WRITE */
#define AT_OPEN	      (1 << 15) /* ATTR_OPEN */
#define IS_OPENED     0x80000	/* FMODE_OPENED */
#define UNACCOUNTED   (1 << 29) /* FMODE_NOACCOUNT: files that the kernel opens for itself */

/* A read of one and a write of the other; in a loop, since the code for an event is long. */
static inline void on_pair(void *ctx, struct file *in, const s64 *in_pos, struct file *out, const s64 *out_pos,
			   s64 result)
{
#pragma clang loop unroll(disable)
	for (int i = WANTS(OP_READ) ? 0 : 1; i <= WANTS(OP_WRITE); i++)
		on_transfer(ctx, i ? OP_WRITE : OP_READ, i ? out : in, i ? out_pos : in_pos, result);
}

/* The same where the positions are given by value, from before. */
static inline void on_pair_at(void *ctx, struct file *in, s64 in_pos, struct file *out, s64 out_pos, s64 result)
{
	s64 in_end = in_pos, out_end = out_pos;

	if (result > 0) {
		in_end += result;
		out_end += result;
	}
	on_pair(ctx, in, &in_end, out, &out_end, result);
}

/* An overlay passes a copy on to files of its layers, by the same function: that one is not shown. */
static inline bool is_of_layer(struct file *file)
{
	struct dentry *dentry = NULL;
	struct inode *inode = NULL, *named = NULL;
	struct vfsmount *mnt = NULL;

	PEEK(inode, file->f_inode);
	PEEK(mnt, file->f_path.mnt);
	PEEK(dentry, file->f_path.dentry);
	PEEK(named, dentry->d_inode);
	return inode != named || is_hidden(mnt, inode);
}

static inline void begin_copy(u32 kind, struct file *in)
{
	if (!is_within(COPY) && !is_of_layer(in))
		start_timer(kind);
}

static inline void on_copy(void *ctx, struct file *in, s64 in_pos, struct file *out, s64 out_pos, s64 result)
{
	if (is_of_layer(in))
		return;
	on_pair_at(ctx, in, in_pos, out, out_pos, result);
	stop_timer(COPY);
}

static inline void on_clone(void *ctx, struct file *in, s64 in_pos, struct file *out, s64 out_pos, s64 result)
{
	if (!is_within(CLONE) || is_of_layer(in))
		return;
	on_pair_at(ctx, in, in_pos, out, out_pos, result);
	stop_timer(CLONE);
}

/* splice(2), sendfile(2), and copies where the file system has no way of its own. */
static inline void on_splice(void *ctx, struct file *in, const s64 *in_pos, struct file *out, const s64 *out_pos,
			     s64 result)
{
	if (is_within(COPY))
		return;
	on_pair(ctx, in, in_pos, out, out_pos, result);
	stop_timer(SPLICE);
}

/* sendfile(2) to a pipe. splice(2) comes here, too, from the function above. */
static inline void on_splice_to_pipe(void *ctx, struct file *in, const s64 *in_pos, s64 result)
{
	if (WANTS(OP_READ) && !is_within(SPLICE))
		on_transfer(ctx, OP_READ, in, in_pos, result);
}

/* Both structures begin with the file. -EAGAIN: it is tried again. */
static inline void on_io_uring(void *ctx, u32 op, const void *request, s64 result)
{
	struct file *file = NULL;

	bpf_probe_read_kernel(&file, sizeof(file), request);
	if ((int)result != -EAGAIN)
		on_async(ctx, op, file);
}

static inline void on_aio(void *ctx, u32 op, const void *request, s64 result)
{
	struct file *file = NULL;

	bpf_probe_read_kernel(&file, sizeof(file), request);
	on_async(ctx, op, file);
}

static inline void on_close(void *ctx, struct file *file)
{
	struct operation o = {.op = OP_CLOSE};
	u32 mode = 0;

	PEEK(mode, file->f_mode);
	if (mode & IS_OPENED)
		on_file(ctx, &o, file);
}

static inline void on_exec(void *ctx, struct linux_binprm *bprm, s64 result)
{
	struct operation o = {.op = OP_EXEC};
	struct file *file = NULL;

	PEEK(file, bprm->file);
	PEEK(o.string, bprm->filename);
	set_result(&o, (int)result);
	on_file(ctx, &o, file);
}

/* By a descriptor. Opens that truncate, which are opens, come here, too. */
static inline void on_truncate(void *ctx, struct file *file, s64 length, u32 times, s64 result)
{
	struct operation o = {.op = OP_TRUNCATE, .marks = HAS_BYTES, .bytes = length};

	set_result(&o, (int)result);
	if (!(times & AT_OPEN))
		on_file(ctx, &o, file);
}

static inline void on_fallocate(void *ctx, struct file *file, u32 mode, s64 offset, s64 bytes, s64 result)
{
	struct operation o = {.op = OP_FALLOCATE, .marks = HAS_OFFSET | HAS_BYTES | HAS_FLAGS};

	o.offset = offset;
	o.bytes = bytes;
	o.flags = mode;
	set_result(&o, (int)result);
	on_file(ctx, &o, file);
}

static inline void on_mmap(void *ctx, struct file *file, u64 protection, u64 flags, s64 result)
{
	struct operation o = {.op = OP_MMAP, .marks = HAS_FLAGS};

	o.flags = (protection & 0xff) | (flags & 3) << FLAGS_MAP_SHIFT; /* MAP_SHARED, MAP_PRIVATE */
	set_result(&o, (int)result);
	on_file(ctx, &o, file);
}

/* An overlay maps the layer's file, which has the overlay's path or, from Linux 6.8 on, has it behind it. */
static inline void set_mapped_path(struct operation *o, struct file *file)
{
	u32 mode = 0;

	set_path(o, &file->f_path);
	PEEK(mode, file->f_mode);
	/* Such a file is a struct backing_file; FMODE_BACKING is another bit in 7.2 than before. */
	if (LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0) && mode & UNACCOUNTED && is_private(o->mnt))
		set_path(o, (struct path *)(file + 1));
}

/* A shared mapping that becomes writable later. */
static inline void on_mprotect(void *ctx, struct vm_area_struct *vma, u64 protection, s64 result)
{
	struct operation o = {.op = OP_MMAP, .marks = HAS_FLAGS};
	struct file *file = NULL;
	u64 flags = 0;

	PEEK(flags, vma->vm_flags);
	PEEK(file, vma->vm_file);
	if (!file || !(protection & WRITABLE) || !(flags & MAY_BE_SHARED))
		return;
	o.flags = (protection & 0xff) | MAPPED_SHARED << FLAGS_MAP_SHIFT;
	set_result(&o, (int)result);
	set_mapped_path(&o, file);
	if (ALL_FILES || !is_other_than_file(o.inode))
		on_operation(ctx, &o);
}
