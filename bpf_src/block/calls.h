/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Hooks that see only the string that is to be opened: not where a link leads to, nor another name of the file. The
 * entries of the system calls can be overridden: the call returns the error, and does nothing.
 */
#pragma once

#include "../lib/opens.h"
#include "action.h"
#include "globs.h"
#include "learn.h"

#if HOOK_OVERRIDE || HOOK_SIGNAL_NAME

#define TAIL 256 /* the longest name and the NUL, or the slash before it */

struct string {
	char path[4096];
	char tail[TAIL + 1];
	UNTRACKED u32 base; /* where the last component begins in tail */
};
BPF_PERCPU_ARRAY(strings, struct string, 1); /* kprobes are not preempted */

/* The accesses denied by the last component of path, which is len bytes long with its NUL. */
static inline u32 denied_by_string(struct string *s, u64 len)
{
	struct name_key key = {};
	u64 from = len > TAIL + 1 ? len - TAIL - 1 : 0;
	u32 *found;

	bpf_probe_read_kernel_str(s->tail, sizeof(s->tail), s->path + from);
	s->base = 0;
	for (int i = 0; i < TAIL; i++) {
		if (!s->tail[i])
			break;
		if (s->tail[i] == '/')
			s->base = i + 1;
	}
	if (from && !s->base)
		return 0; /* longer than a name can be */
	bpf_probe_read_kernel_str(&key.name, sizeof(key.name), s->tail + s->base);
	found = find_name(&key);
	return (found ? *found : 0) | match_glob_string(s->tail + s->base);
}

/* len is what reading the string gave: its length with the NUL, or a negative error. */
static inline long check_string(void *ctx, struct settings *s, struct string *string, long len, u32 wanted, u64 error,
				struct operation operation)
{
	struct attempt a = {operation, wanted, .string = string->path};
	u32 denied = 0;

	if (s->mode == MODE_CANARY) {
		if (!learn(s, NULL, 0))
			return 0;
	} else {
		if (len <= 0)
			return 0;
		a.by_string = denied_by_string(string, len);
		denied = decide(s, &a);
		if (!denied)
			return 0;
	}
	return deny(ctx, s, &a, denied, error);
}

static inline u32 wanted_by(u64 flags)
{
	u32 wanted = ACCESS_READ;

	if ((flags & O_ACCMODE) != O_RDONLY)
		wanted = (flags & O_ACCMODE) == O_WRONLY ? ACCESS_WRITE : ACCESS_READ | ACCESS_WRITE;
	if (flags & OPEN_FOR_EXEC)
		return ACCESS_EXEC;
	if (flags & O_CREAT)
		wanted |= ACCESS_WRITE | ACCESS_CREATE;
	return flags & O_TRUNC ? wanted | ACCESS_WRITE | ACCESS_TRUNCATE : wanted;
}

/* Every open of a path (lib/opens.h), with the kernel's own copy of the string; it can be killed here, not refused. */
static inline int on_open_string(void *ctx, const void *file, const void *op)
{
	int zero = 0, flags = 0;
	struct settings *s = settings.lookup(&zero);
	struct string *string = strings.lookup(&zero);
	const char *name = NULL;
	long len;

	if (!s || !string)
		return 0;
	if (HOOK_OVERRIDE && s->mode != MODE_ENFORCE)
		return 0; /* it is the override that is tried */
	if (s->mode == MODE_LEARN) {
		learn(s, NULL, 0);
		return 0;
	}
	bpf_probe_read_kernel(&flags, sizeof(flags), op);
	bpf_probe_read_kernel(&name, sizeof(name), file);
	len = bpf_probe_read_kernel_str(string->path, sizeof(string->path), name);
	if (!(flags & O_PATH))
		check_string(ctx, s, string, len, wanted_by(flags), 0, OPERATION("open"));
	return 0;
}

int KPROBE_OPEN(struct pt_regs *ctx, int dfd, const void *file, const void *op)
{
	return on_open_string(ctx, file, op);
}

#endif
#if HOOK_OVERRIDE

/*
 * A string that can't be read here yet, or is changed after this, is seen in on_open_string where it is opened. 0, or
 * the error by which the call is refused.
 */
static inline long check_call(struct pt_regs *ctx, const char *path, u32 wanted, struct operation operation, bool opens)
{
	int zero = 0;
	struct settings *s = settings.lookup(&zero);
	struct string *string = strings.lookup(&zero);
	long len;

	if (!s || !string || !wanted)
		return 0;
	if (s->mode == MODE_LEARN) {
		if (!BY_EXE && opens)
			learn(s, NULL, 0);
		return 0;
	}
	if (s->mode == MODE_ENFORCE && s->dry_run && opens)
		return 0; /* on_open_string reports it, once */
	if (s->mode == MODE_CANARY && !opens)
		return 0;
	len = bpf_probe_read_user_str(string->path, sizeof(string->path), path);
	return check_string(ctx, s, string, len, wanted, s->error, operation);
}

static inline int refuse(struct pt_regs *ctx, long error)
{
	if (error)
		bpf_override_return(ctx, error);
	return 0;
}

/* The n-th argument of the system call; a 32-bit call's are in other registers. */
#define ARGUMENT(n, native, ia32_register)                \
	case n:                                           \
		if (ia32)                                 \
			PEEK(value, regs->ia32_register); \
		else                                      \
			PEEK(value, regs->native);        \
		break;

static inline u64 argument(struct pt_regs *ctx, int n, bool ia32)
{
	const struct pt_regs *regs = (const struct pt_regs *)PT_REGS_PARM1(ctx);
	u64 value = 0;

	switch (n) {
		ARGUMENT(1, di, bx)
		ARGUMENT(2, si, cx)
		ARGUMENT(3, dx, dx)
		ARGUMENT(4, r10, si)
	}
	return ia32 ? (u32)value : value;
}

static inline const char *path_argument(struct pt_regs *ctx, int n, bool ia32)
{
	return (const char *)argument(ctx, n, ia32);
}

static inline u32 wanted_by_open(u64 flags)
{
	return flags & O_PATH ? 0 : wanted_by(flags & ~(u64)OPEN_FOR_EXEC);
}

static inline u32 wanted_by_how(u64 how)
{
	u64 flags = 0; /* the first member of struct open_how */

	bpf_probe_read_user(&flags, sizeof(flags), (const void *)how);
	return wanted_by_open(flags);
}

#define ON_OPEN(function, ia32, path, wanted)                                                                         \
	int kprobe__##function(struct pt_regs *ctx)                                                                   \
	{                                                                                                             \
		return refuse(ctx, check_call(ctx, path_argument(ctx, path, ia32), wanted, OPERATION("open"), true)); \
	}
#define ON_CALL(function, ia32, path, wanted, operation)                                                             \
	int kprobe__##function(struct pt_regs *ctx)                                                                  \
	{                                                                                                            \
		return refuse(ctx,                                                                                   \
			      check_call(ctx, path_argument(ctx, path, ia32), wanted, OPERATION(operation), false)); \
	}

ON_OPEN(__x64_sys_open, false, 1, wanted_by_open(argument(ctx, 2, false)))
ON_OPEN(__x64_sys_creat, false, 1, ACCESS_WRITE | ACCESS_CREATE | ACCESS_TRUNCATE)
ON_OPEN(__x64_sys_openat, false, 2, wanted_by_open(argument(ctx, 3, false)))
ON_OPEN(__x64_sys_openat2, false, 2, wanted_by_how(argument(ctx, 3, false)))
ON_OPEN(__x64_sys_execve, false, 1, ACCESS_EXEC)
ON_OPEN(__x64_sys_execveat, false, 2, ACCESS_EXEC)
ON_CALL(__x64_sys_truncate, false, 1, ACCESS_TRUNCATE, "truncate")
ON_CALL(__x64_sys_mknod, false, 1, ACCESS_MKNOD, "create")
ON_CALL(__x64_sys_mknodat, false, 2, ACCESS_MKNOD, "create")

#if IA32
ON_OPEN(__ia32_compat_sys_open, true, 1, wanted_by_open(argument(ctx, 2, true)))
ON_OPEN(__ia32_sys_creat, true, 1, ACCESS_WRITE | ACCESS_CREATE | ACCESS_TRUNCATE)
ON_OPEN(__ia32_compat_sys_openat, true, 2, wanted_by_open(argument(ctx, 3, true)))
ON_OPEN(__ia32_sys_openat2, true, 2, wanted_by_how(argument(ctx, 3, true)))
ON_OPEN(__ia32_compat_sys_execve, true, 1, ACCESS_EXEC)
ON_OPEN(__ia32_compat_sys_execveat, true, 2, ACCESS_EXEC)
ON_CALL(__ia32_compat_sys_truncate, true, 1, ACCESS_TRUNCATE, "truncate")
ON_CALL(__ia32_sys_ia32_truncate64, true, 1, ACCESS_TRUNCATE, "truncate")
ON_CALL(__ia32_sys_mknod, true, 1, ACCESS_MKNOD, "create")
ON_CALL(__ia32_sys_mknodat, true, 2, ACCESS_MKNOD, "create")
#endif
#endif
