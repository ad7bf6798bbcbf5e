/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Opens by the name that they were given, and no more: what trace shows where nothing else is asked for. By a kprobe,
 * or by the tracepoints of the system calls.
 */
#pragma once

#include <uapi/linux/ptrace.h>

#include "../lib/count.h"
#include "../lib/opens.h"
#include "../lib/verifier.h"
#include "../lib/wanted.h"
#include "options.h"
#if VIA_KPROBE
#include "root.h"
#else
#include "handle.h"
#endif

/* The bytes behind the name, where you put fields there: such an event is sent whole, else only the name's used bytes.
 */
#define BEHIND_NAME (sizeof(struct data_t) - offsetof(struct data_t, fname) - sizeof(((struct data_t *)0)->fname))

BPF_PERCPU_ARRAY(scratch, struct data_t, 1); /* an event is larger than a program's stack */

static inline struct data_t *new_event(void)
{
	int zero = 0;
	struct data_t *d = scratch.lookup(&zero);

	if (!d)
		return NULL;
	/* What the last event left there; of the name only the part that is written is sent. */
	__builtin_memset(d, 0, offsetof(struct data_t, fname));
	__builtin_memset(d->fname + sizeof(d->fname), 0, BEHIND_NAME);
	return d;
}

/* len is what reading the name gave: its length with the NUL, or a negative error. */
static inline int submit(void *ctx, struct data_t *d, int len)
{
	u64 used = len > 0 ? len : 1;

	if (len <= 0)
		d->fname[0] = 0;
	HIDE_FROM_CLANG(used);
	if (used > sizeof(d->fname))
		used = sizeof(d->fname);
	used = BEHIND_NAME ? sizeof(*d) : used + offsetof(struct data_t, fname);
	events.perf_submit(ctx, d, used);
	return 0;
}

#if FOLLOWS_TASKS

/* Of a process its first thread's number, with which it begins; the others' are no process's. */
TRACEPOINT_PROBE(sched, sched_process_fork)
{
	follow(args->child_pid);
	return 0;
}

TRACEPOINT_PROBE(sched, sched_process_exit)
{
	unfollow(bpf_get_current_pid_tgid());
	return 0;
}

#endif
#if VIA_KPROBE

static inline int send(void *ctx, const char *name)
{
	struct data_t *d = new_event();
	char next;
	int len;

	if (!d)
		return 0;
	fill(d);
	len = bpf_probe_read_kernel_str(d->fname, sizeof(d->fname), name);
	if (len == sizeof(d->fname) && !bpf_probe_read_kernel(&next, 1, name + len - 1) && next)
		count(COUNTER_CUT);
	return submit(ctx, d, len);
}

/*
 * Every open of a path comes here (lib/opens.h). The name is the kernel's copy, so it is never missing and can't be
 * changed while it is read. (do_sys_openat2, which calls this, has only a pointer to the program's memory, which may
 * not be resident yet; io_uring does not pass it.)
 */
static inline int on_open(void *ctx, const void *file, const void *op)
{
	const char *name;
	int flags;

	if (!is_wanted() || bpf_probe_read_kernel(&name, sizeof(name), file) < 0 ||
	    bpf_probe_read_kernel(&flags, sizeof(flags), op) < 0 || flags & OPEN_FOR_EXEC)
		return 0;
	return send(ctx, name);
}

#endif
#if VIA_TRACEPOINT

/*
 * At the entry the name stands in the program's memory. If that is not resident yet, it is read at the exit:
 * then the kernel has used it.
 */
BPF_HASH(unread, u64, const char *);

static inline int send(void *ctx, const char *name, bool is_handle, bool last_try)
{
	u64 task = bpf_get_current_pid_tgid();
	struct data_t *d = new_event();
	int len;
	char next;

	if (!d)
		return 0;
	len = is_handle ? read_handle(d->fname, sizeof(d->fname), name)
			: bpf_probe_read_user_str(d->fname, sizeof(d->fname), name);
	if (len < 0 && !last_try) {
		if (unread.update(&task, &name) < 0)
			count(COUNTER_LOST);
		return 0;
	}
	fill(d);
	if (!is_handle && len == sizeof(d->fname) && !bpf_probe_read_user(&next, 1, name + len - 1) && next)
		count(COUNTER_CUT);
	return submit(ctx, d, len);
}

static inline int on_exit(void *ctx, bool is_handle)
{
	u64 task = bpf_get_current_pid_tgid();
	const char **found = unread.lookup(&task), *name;

	if (!found)
		return 0;
	name = *found;
	unread.delete(&task);
	return send(ctx, name, is_handle, true);
}

static inline int on_enter(void *ctx, const char *name)
{
	return is_wanted() ? send(ctx, name, false, false) : 0;
}

TRACEPOINT_PROBE(syscalls, sys_enter_openat2)
{
	return on_enter(args, args->filename);
}

TRACEPOINT_PROBE(syscalls, sys_exit_openat2)
{
	return on_exit(args, false);
}

/* The call is given a handle in place of a name: handle:TYPE:BYTES is shown. */
TRACEPOINT_PROBE(syscalls, sys_enter_open_by_handle_at)
{
	return is_wanted() ? send(args, (const char *)args->handle, true, false) : 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_open_by_handle_at)
{
	return on_exit(args, true);
}

#ifdef __x86_64__ // elsewhere the C library makes openat of these

TRACEPOINT_PROBE(syscalls, sys_enter_open)
{
	return on_enter(args, args->filename);
}

TRACEPOINT_PROBE(syscalls, sys_exit_open)
{
	return on_exit(args, false);
}

TRACEPOINT_PROBE(syscalls, sys_enter_creat)
{
	return on_enter(args, args->pathname);
}

TRACEPOINT_PROBE(syscalls, sys_exit_creat)
{
	return on_exit(args, false);
}

#endif
#endif
