/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Operations that one function of the kernel shows as a whole: it has the file, and what came of it. */
#pragma once

#include "filters.h"
#include "paths.h"
#include "timers.h"
#include "watched.h"

#define BLOCK_DEVICE 0060000	/* S_IFBLK */
#define PIPE	     0010000	/* S_IFIFO */
#define SOCKET	     0140000	/* S_IFSOCK */
#define CAN_WRITE    2		/* FMODE_WRITE */
#define ANONYMOUS_FS 0x09041934 /* ANON_INODE_FS_MAGIC: eventfd, epoll, ... */
#define OF_KERNEL    (1 << 22)	/* SB_KERNMOUNT: the kernel mounted it for itself; memfd_create(2), pipes, ... */

/* trace.c has both. */
static inline void fill(struct data_t *d);
static inline void submit(void *ctx, struct slot *s);

static inline void begin_timed(u32 op)
{
	if (is_wanted_process())
		start_timer(op);
}

struct operation {
	u32 op, marks;
	struct dentry *dentry;
	struct vfsmount *mnt;
	struct inode *inode;
	s64 result, bytes, offset;
	u32 flags, mode;
	const void *name;   /* as it was given: a struct filename; or NULL */
	const char *string; /* the same, of the kernel's own */
	int directory;	    /* the descriptor where the lookup began, where no dentry is known */
};

static inline void set_path(struct operation *o, const struct path *path)
{
	PEEK(o->dentry, path->dentry);
	PEEK(o->mnt, path->mnt);
	PEEK(o->inode, o->dentry->d_inode);
}

/* What the kernel says to itself where a signal came: the process gets EINTR, or its call begins anew. */
static inline s64 seen_result(s64 result)
{
	return result <= -512 && result >= -516 ? -4 : result;
}

static inline void set_result(struct operation *o, s64 result)
{
	o->marks |= HAS_RESULT;
	result = (int)result == result || result > 0 ? result : (int)result; /* an int's upper half is not defined */
	o->result = seen_result(result);
}

/* Pipes, sockets and what has no name at all. */
static inline bool is_other_than_file(struct inode *inode)
{
	struct super_block *sb = NULL;
	unsigned long magic = 0;
	u16 mode = 0;

	PEEK(mode, inode->i_mode);
	PEEK(sb, inode->i_sb);
	PEEK(magic, sb->s_magic);
	mode &= FILE_TYPE;
	return mode == PIPE || mode == SOCKET || !mode || magic == ANONYMOUS_FS;
}

/*
 * An overlay opens the files of its layers by mounts of its own, in the name of the process; they are not shown. Of
 * what lies on the kernel's mounts, files are.
 */
static inline bool is_hidden(struct vfsmount *mnt, struct inode *inode)
{
	struct super_block *sb = NULL;
	unsigned long flags = 0;

	if (!is_private(mnt))
		return false;
	PEEK(sb, mnt->mnt_sb);
	PEEK(flags, sb->s_flags);
	return !(flags & OF_KERNEL) || (!ALL_FILES && is_other_than_file(inode));
}

static inline void add_inode(struct data_t *d, struct inode *inode)
{
	struct super_block *sb = NULL;
	u16 mode = 0;

	if (!inode)
		return;
	d->marks |= HAS_FILE;
	PEEK(d->ino, inode->i_ino);
	PEEK(sb, inode->i_sb);
	PEEK(d->dev, sb->s_dev);
	PEEK(mode, inode->i_mode);
	d->type = mode & FILE_TYPE;
}

static inline void set_exe_place(struct slot *s)
{
	struct file *exe = exe_of((struct task_struct *)bpf_get_current_task());
	struct path path = {};

	PEEK(path, exe->f_path);
	set_place(s, EXE, path.dentry, path.mnt);
	if (path.dentry && has_no_name(path.dentry))
		s->exe_marks = EXE_DELETED;
}

/* What every event has. */
static inline void begin_event(struct slot *s)
{
	__builtin_memset(&s->event, 0, offsetof(struct data_t, texts));
	__builtin_memset(&s->places, 0, sizeof(s->places));
	s->has_path = 0;
	s->used = 0;
	s->exe_marks = 0;
	fill(&s->event);
	if (NEEDS_PROCESS)
		add_process(&s->event);
	if (NEEDS_EXE)
		set_exe_place(s);
}

static inline void report(void *ctx, struct slot *s, const struct operation *o)
{
	struct data_t *d = &s->event;

	begin_event(s);
	d->op = o->op;
	d->marks = o->marks | s->exe_marks;
	d->result = o->result;
	d->bytes = o->bytes;
	d->offset = o->offset;
	d->flags = o->flags;
	d->mode = o->mode;
	add_time(d, o->op);
	add_inode(d, o->inode);
	add_filename(s, &d->filename, o->name);
	if (o->string)
		add_string(s, &d->filename, o->string);
	if (o->dentry)
		set_file_place(s, o->dentry, o->mnt);
	else
		set_directory_place(s, PATH, o->directory);
	if (NEEDS_PATHS)
		add_paths(s);
	if (is_shown(s))
		submit(ctx, s);
}

/*
 * No dentry is known where a lookup failed. Whether that is about a file that is watched is decided by bccwatch, by the
 * names. __noinline, as what is called in many programs below: compiled once instead of in each, --ops all takes a
 * fifth of the time.
 */
static __noinline void on_operation(void *ctx, struct operation *o)
{
	struct slot *s;
	u32 index;

	if (!is_wanted_process() || (o->dentry && is_hidden(o->mnt, o->inode)))
		return;
	s = get_slot(&index);
	if (!s)
		return;
	HIDE_FROM_VERIFIER(*o); /* else it follows each way to here through the loops that come */
	if (!o->dentry || is_watched(s, o->dentry, o->mnt, o->inode))
		report(ctx, s, o);
	put_slot(s);
}

/* On an open file. A layer's file that an overlay opened may have the overlay's path: then its inode is another. */
static inline void on_file(void *ctx, struct operation *o, struct file *file)
{
	struct inode *inode = NULL;
	u32 mode = 0;

	if (!file)
		return;
	set_path(o, &file->f_path);
	PEEK(inode, file->f_inode);
	PEEK(mode, file->f_mode);
	if (FILTER_WRITES && !(mode & CAN_WRITE))
		return;
	if (inode == o->inode && (ALL_FILES || !is_other_than_file(inode)))
		on_operation(ctx, o);
}

static inline bool has_positions(struct file *file)
{
	struct inode *inode = NULL;
	u16 mode = 0;

	PEEK(inode, file->f_inode);
	PEEK(mode, inode->i_mode);
	mode &= FILE_TYPE;
	return mode == REGULAR || mode == BLOCK_DEVICE;
}

/* What read, write and their kin have: the position behind the bytes (NULL: the file's own), and how many these are. */
static inline void set_bytes(struct operation *o, struct file *file, const s64 *position, s64 result)
{
	s64 end = 0;
	long r;

	set_result(o, result);
	if (result >= 0) {
		o->bytes = result;
		o->marks |= HAS_BYTES;
	}
	r = position ? bpf_probe_read_kernel(&end, sizeof(end), position)
		     : bpf_probe_read_kernel(&end, sizeof(end), &file->f_pos);
	if (r == 0 && has_positions(file)) {
		o->offset = result > 0 ? end - result : end;
		o->marks |= HAS_OFFSET;
	}
}

static inline void on_transfer(void *ctx, u32 op, struct file *file, const s64 *position, s64 result)
{
	struct operation o = {.op = op};

	set_bytes(&o, file, position, result);
	on_file(ctx, &o, file);
}

/* Its result comes when it is complete, to nobody who knows the file. */
static inline void on_async(void *ctx, u32 op, struct file *file)
{
	struct operation o = {.op = op, .marks = ASYNC};

	on_file(ctx, &o, file);
}

/* What is changed of a file of which the kernel has only the dentry. */
static inline void on_attribute_of(void *ctx, struct dentry *dentry, u32 kind, s64 result)
{
	struct operation o = {.op = OP_ATTR, .marks = HAS_FLAGS, .flags = kind, .dentry = dentry};

	set_result(&o, (int)result);
	o.mnt = some_mount(dentry);
	PEEK(o.inode, dentry->d_inode);
	on_operation(ctx, &o);
}
