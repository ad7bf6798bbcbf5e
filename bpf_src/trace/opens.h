/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Opens: by a path, or by a handle. */
#pragma once

#include "../lib/opens.h"
#include "operations.h"

#define IS_CREATED    0x100000	/* FMODE_CREATED */
#define LARGE_FILE    0100000	/* O_LARGEFILE, which the kernel adds */
#define CLOSE_ON_EXEC 02000000	/* O_CLOEXEC, which the kernel takes away */
#define CREATES	      0100	/* O_CREAT */
#define TRUNCATES     01000	/* O_TRUNC */
#define IS_TEMPORARY  020000000 /* __O_TMPFILE */
#define CACHED	      (LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0) ? 1 << 9 : 1 << 21) /* LOOKUP_CACHED */

static inline bool is_error(s64 result)
{
	return result < 0 && result > -4096;
}

/* bccwatch opens what it wants to know of the kernel: what it is. */
static inline bool learn(struct file *file)
{
#if LEARNS
	struct filter *f = get_filter();
	int zero = 0;
	struct own_open *own = own_open.lookup(&zero);
	struct inode *inode = NULL;

	if (!f || !own || !is_bccwatch(f))
		return false;
	PEEK(inode, file->f_inode);
	identify(inode, &own->file);
	own->process = bpf_get_current_pid_tgid() >> 32;
	__sync_fetch_and_add(&own->count, 1);
	return true;
#else
	return false;
#endif
}

/* The beginning of struct open_flags. */
struct how {
	u32 flags;
	u16 mode;
	int access, intent, lookup;
};

/* Where not all opens are asked for: one that creates a file, or empties one, or failed to. */
static inline bool is_wanted_open(const struct operation *o, bool failed)
{
	if (WANTS(OP_OPEN))
		return true;
	if (WANTS(OP_CREATE) && (o->marks & CREATED || o->flags & IS_TEMPORARY || (failed && o->flags & CREATES)))
		return true;
	return WANTS(OP_TRUNCATE) && o->flags & TRUNCATES;
}

/*
 * The tasks whose open failed in or after the lookup of the name, for on_failed_call(). What is not of open(2), as
 * io_uring's opens, does not come there: its entries go when the task opens the next time, or as the oldest ones.
 */
BPF_TABLE("lru_hash", u64, u8, looked_up, 10240);

static inline void note_lookup(void)
{
	u64 task = bpf_get_current_pid_tgid();
	u8 value = 1;

	looked_up.update(&task, &value);
}

/* Returns whether there was one. */
static inline bool drop_lookup(void)
{
	u64 task = bpf_get_current_pid_tgid();

	return looked_up.lookup(&task) && looked_up.delete(&task) == 0;
}

static inline void on_opened(void *ctx, struct operation *o, const void *flags, struct file *file, s64 result)
{
	struct how how = {};
	u32 mode = 0;

	if (!is_error(result) && learn(file))
		return;
	bpf_probe_read_kernel(&how, sizeof(how), flags);
	if (result == -11 && how.lookup & CACHED)
		return; /* io_uring tries first without waiting, and then anew */
	if (WANTS_OPEN && o->name && is_error(result) && !(how.flags & OPEN_FOR_EXEC))
		note_lookup();
	o->flags = how.flags & ~(LARGE_FILE | OPEN_FOR_EXEC);
	o->mode = how.mode & 07777;
	o->marks = HAS_FLAGS | HAS_RESULT;
	if (how.flags & (CREATES | IS_TEMPORARY))
		o->marks |= HAS_MODE;
	if (how.flags & OPEN_FOR_EXEC) { /* a program that is executed comes by another function */
		if (!WANTS(OP_EXEC) || !is_error(result))
			return;
		o->op = OP_EXEC;
		o->marks = HAS_RESULT;
	} else if (!WANTS_OPEN) {
		return;
	}
	if (!is_error(result)) {
		PEEK(mode, file->f_mode);
		o->marks |= mode & IS_CREATED || o->flags & IS_TEMPORARY ? CREATED : 0;
		set_path(o, &file->f_path);
	} else {
		o->result = seen_result(result);
	}
	if (o->op == OP_EXEC || is_wanted_open(o, is_error(result)))
		on_operation(ctx, o);
}

static inline void on_open(void *ctx, int directory, const void *name, const void *flags, s64 result)
{
	struct operation o = {.op = OP_OPEN, .name = name, .directory = directory};

	on_opened(ctx, &o, flags, (struct file *)result, result);
}

/* The beginning of struct open_how. */
struct open_call {
	u64 flags, mode;
};

/* An open that failed before the name was looked up: no descriptor is free, the name is too long, ... */
static inline void on_failed_call(void *ctx, int directory, const void *name, const void *how, s64 result)
{
	struct operation o = {.op = OP_OPEN, .marks = HAS_FLAGS, .name = name, .directory = directory};
	struct open_call call = {};

	if ((int)result >= 0)
		return;
	if (drop_lookup())
		return;
	bpf_probe_read_kernel(&call, sizeof(call), how);
	o.flags = call.flags & ~(LARGE_FILE | CLOSE_ON_EXEC);
	if (call.flags & (CREATES | IS_TEMPORARY)) {
		o.mode = call.mode & 07777;
		o.marks |= HAS_MODE;
	}
	set_result(&o, (int)result);
	if (is_wanted_open(&o, true))
		on_operation(ctx, &o);
}

/* name is "" where the file itself was found, by a handle. */
static inline void on_open_at_root(void *ctx, const char *name, const void *flags, s64 result)
{
	struct operation o = {.op = OP_OPEN, .string = name, .directory = FROM_CWD};

	on_opened(ctx, &o, flags, (struct file *)result, result);
}
