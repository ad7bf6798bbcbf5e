/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Operations on names, whose event is made in three steps: begin_call() where the kernel has the names as they were
 * given, note_*() where it has found the files and did nothing yet, end_call() where the result is known.
 */
#pragma once

#include "operations.h"

#define EXCHANGES 2 /* RENAME_EXCHANGE */

enum {
	CALL_UNLINK = 1,
	CALL_RMDIR,
	CALL_RENAME,
	CALL_LINK,
	CALL_SYMLINK,
	CALL_MKDIR,
	CALL_MKNOD,
	CALL_BIND,
	CALL_STAT,
	CALL_READLINK,
	CALL_ACCESS,
	CALL_CHMOD,
	CALL_CHOWN,
	CALL_UTIMES,
	CALL_XATTR,
	CALL_TRUNCATE
};

static inline struct slot *slot_of_task(void)
{
	u64 task = bpf_get_current_pid_tgid();
	u32 *index = calls.lookup(&task);

	return index ? slots.lookup(index) : NULL;
}

/* NULL: it is not wanted, or something else goes on. */
static inline struct slot *slot_of_call(u32 call)
{
	struct slot *s = slot_of_task();

	return s && s->call == call ? s : NULL;
}

static inline void drop_call(struct slot *s)
{
	u64 task = bpf_get_current_pid_tgid();

	s->call = 0;
	calls.delete(&task);
	put_slot(s);
}

static inline struct slot *new_slot_of_task(void)
{
	u64 task = bpf_get_current_pid_tgid();
	struct slot *s = slot_of_task();
	u32 index;

	if (s)
		drop_call(s); /* the kernel skipped the program at the end of a call */
	s = get_slot(&index);
	if (s && calls.update(&task, &index) < 0) {
		put_slot(s);
		count(COUNTER_LOST);
		return NULL;
	}
	return s;
}

static __noinline void begin_call(u32 call, u32 op, u32 flags, const void *name, const void *to)
{
	struct slot *s;

	if (!is_wanted_process())
		return;
	s = new_slot_of_task();
	if (!s)
		return;
	begin_event(s);
	s->call = call;
	s->start = s->event.ts;
	s->event.op = op;
	s->event.flags = flags;
	s->event.marks = HAS_FLAGS | s->exe_marks;
	s->unread[GIVEN_TARGET] = NULL;
	add_given(s, GIVEN_NAME, &s->event.filename, name);
	add_given(s, GIVEN_TO, &s->event.to_filename, to);
}

static inline void begin_create(u32 call, u32 op, const void *name, u32 mode)
{
	struct slot *s;

	begin_call(call, op, 0, name, NULL);
	s = slot_of_call(call);
	if (!s)
		return;
	s->event.mode = mode & 07777;
	s->event.marks = HAS_MODE | s->exe_marks;
}

static inline void begin_symlink(const void *name, const void *target)
{
	struct slot *s;

	begin_call(CALL_SYMLINK, OP_LINK, LINK_SYMBOLIC, name, NULL);
	s = slot_of_call(CALL_SYMLINK);
	if (s)
		add_given(s, GIVEN_TARGET, &s->event.to, target);
}

/* A name in a directory. */
static __noinline void note_name(u32 call, struct vfsmount *mnt, struct dentry *dentry)
{
	struct slot *s = slot_of_call(call);
	struct inode *inode = NULL;

	if (!s || s->has_path)
		return;
	PEEK(inode, dentry->d_inode);
	if (is_hidden(mnt, inode) || !is_watched(s, dentry, mnt, inode)) {
		drop_call(s);
		return;
	}
	s->has_path = 1;
	add_inode(&s->event, inode);
	set_file_place(s, dentry, mnt);
	if (!inode)
		s->event.marks &= ~DELETED; /* a name that is not there yet may look like it */
	if (NEEDS_PATHS)
		add_paths(s);
}

/* A name in a directory, by its path. */
static inline void note(u32 call, const struct path *directory, struct dentry *dentry)
{
	struct vfsmount *mnt = NULL;

	PEEK(mnt, directory->mnt);
	note_name(call, mnt, dentry);
}

/* mknod(2), or bind(2) of a socket to a path: the kernel has the name from the address. */
static inline void note_node(const struct path *directory, struct dentry *dentry, u32 mode)
{
	if ((mode & FILE_TYPE) == SOCKET && !slot_of_call(CALL_MKNOD)) {
		begin_create(CALL_BIND, OP_MKNOD, NULL, mode);
		note(CALL_BIND, directory, dentry);
		return;
	}
	note(CALL_MKNOD, directory, dentry);
}

/* Two names, on one mount. */
static __noinline void note_both(u32 call, const struct path *directory, struct dentry *from, struct dentry *to)
{
	struct slot *s = slot_of_call(call);
	struct vfsmount *mnt = NULL;
	struct inode *inode = NULL, *replaced = NULL;

	if (!s && FILTER_FILE)
		on_new_name(from, to, call == CALL_LINK); /* by a process that is not shown */
	if (!s || s->has_path)
		return;
	PEEK(mnt, directory->mnt);
	if (!is_either_watched(s, mnt, from, to, call == CALL_LINK)) {
		drop_call(s);
		return;
	}
	PEEK(inode, from->d_inode);
	PEEK(replaced, to->d_inode);
	s->has_path = 1;
	add_inode(&s->event, inode);
	set_file_place(s, from, mnt);
	set_place(s, TO, to, mnt);
	if (NEEDS_PATHS)
		add_paths(s);
	if (call == CALL_RENAME && replaced && replaced != inode && !(s->event.flags & EXCHANGES))
		s->event.marks |= REPLACED;
}

/* directory, to_directory: the descriptors where the lookups began. */
static __noinline void end_call(void *ctx, u32 call, int directory, int to_directory, s64 result)
{
	struct slot *s = slot_of_call(call);
	struct data_t *d;

	if (!s)
		return;
	d = &s->event;
	d->ts = bpf_ktime_get_ns(); /* as events of one program have: in the order of their ends */
	d->result = seen_result((int)result);
	d->marks |= HAS_RESULT;
	if ((int)result < 0)
		d->marks &= ~REPLACED;
	if (NEEDS_LATENCY) {
		d->latency = d->ts - s->start;
		d->marks |= HAS_LATENCY;
	}
	read_late(s, GIVEN_NAME, &d->filename);
	read_late(s, GIVEN_TO, &d->to_filename);
	read_late(s, GIVEN_TARGET, &d->to);
	if (!s->has_path) {
		set_directory_place(s, PATH, directory);
		if (call == CALL_RENAME || call == CALL_LINK)
			set_directory_place(s, TO, to_directory);
		if (NEEDS_PATHS)
			add_paths(s);
	}
	if (is_shown(s))
		submit(ctx, s);
	drop_call(s);
}

/* A file by its path. */
static inline void note_path(u32 call, const struct path *path)
{
	struct dentry *dentry = NULL;

	PEEK(dentry, path->dentry);
	note(call, path, dentry);
}

/* stat(2) of a descriptor: an operation of its own. */
static inline void on_stat(void *ctx, const struct path *path, s64 result)
{
	struct operation o = {.op = OP_STAT, .marks = HAS_FLAGS, .flags = STAT_STAT};

	if (slot_of_call(CALL_STAT))
		return;
	set_result(&o, (int)result);
	set_path(&o, path);
	on_operation(ctx, &o);
}

/* A chmod and the like: of a path that a call was given, or of a descriptor, which is an operation of its own. */
static inline void on_attribute(void *ctx, u32 call, u32 kind, const struct path *path, u32 mode, s64 result)
{
	struct operation o = {.op = OP_ATTR, .marks = HAS_FLAGS, .flags = kind, .mode = mode};
	struct slot *s = slot_of_call(call);

	set_path(&o, path);
	if (s) {
		s->event.mode = mode & 07777;
		s->event.marks |= kind == ATTR_KIND_MODE ? HAS_MODE : 0;
		note_name(call, o.mnt, o.dentry);
		return;
	}
	set_result(&o, (int)result);
	o.marks |= kind == ATTR_KIND_MODE ? HAS_MODE : 0;
	on_operation(ctx, &o);
}

/* Some kernels have put the function that has the name into others, where it is not seen. */
static inline void on_truncate_path(void *ctx, const struct path *path, s64 length, s64 result)
{
	struct operation o = {.op = OP_TRUNCATE, .marks = HAS_BYTES, .bytes = length};

	set_path(&o, path);
	if (slot_of_call(CALL_TRUNCATE)) {
		note_name(CALL_TRUNCATE, o.mnt, o.dentry);
		return;
	}
	set_result(&o, (int)result);
	on_operation(ctx, &o);
}

static inline void begin_truncate(const void *name, s64 length)
{
	struct slot *s;

	begin_call(CALL_TRUNCATE, OP_TRUNCATE, 0, name, NULL);
	s = slot_of_call(CALL_TRUNCATE);
	if (!s)
		return;
	s->event.bytes = length;
	s->event.marks = HAS_BYTES | s->exe_marks;
}

/* access(2): the kernel looks up the name, and asks no more by its path. */
static inline void on_looked_up(const struct path *path, s64 result)
{
	if ((int)result == 0)
		note_path(CALL_ACCESS, path);
}
