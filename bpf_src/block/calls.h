/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Hooks that see only the string that is to be opened: not where a link leads to, nor another name of the file. The
 * entries of the system calls can be overridden: the call returns the error, and does nothing.
 */
#pragma once

#include "../lib/opens.h"
#include "action.h"
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
	found = names.lookup(&key);
	return found ? *found : 0;
}

/* len is what reading the string gave: its length with the NUL, or a negative error. */
static inline long check_string(void *ctx, struct settings *s, struct string *string, long len, u32 wanted, u64 error,
				int operation)
{
	struct attempt a = {operation, wanted, .string = string->path};
	u32 denied = 0;

	if (s->mode == MODE_CANARY) {
		if (!learn(s, NULL))
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
	return flags & (O_CREAT | O_TRUNC) ? wanted | ACCESS_WRITE : wanted;
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
		learn(s, NULL);
		return 0;
	}
	bpf_probe_read_kernel(&flags, sizeof(flags), op);
	bpf_probe_read_kernel(&name, sizeof(name), file);
	len = bpf_probe_read_kernel_str(string->path, sizeof(string->path), name);
	if (!(flags & O_PATH))
		check_string(ctx, s, string, len, wanted_by(flags), 0, OPEN);
	return 0;
}

int KPROBE_OPEN(struct pt_regs *ctx, int dfd, const void *file, const void *op)
{
	return on_open_string(ctx, file, op);
}

#endif
#if HOOK_OVERRIDE

/* A string that can't be read here yet, or is changed after this, is seen in on_open_string. */
static inline int on_call(struct pt_regs *ctx, const char *path, u32 wanted, int operation)
{
	int zero = 0;
	struct settings *s = settings.lookup(&zero);
	struct string *string = strings.lookup(&zero);
	long refused, len;

	if (!s || !string || !wanted)
		return 0;
	if (s->mode == MODE_LEARN) {
		if (!EXCEPT_EXE)
			learn(s, NULL);
		return 0;
	}
	if (s->mode == MODE_ENFORCE && s->dry_run && operation == OPEN)
		return 0; /* on_open_string reports it, once */
	len = bpf_probe_read_user_str(string->path, sizeof(string->path), path);
	refused = check_string(ctx, s, string, len, wanted, s->error, operation);
	if (refused)
		bpf_override_return(ctx, refused);
	return 0;
}

/* The n-th argument of the system call; a 32-bit call's are in other registers. */
static inline u64 argument(struct pt_regs *ctx, int n, bool ia32)
{
	const struct pt_regs *regs = (const struct pt_regs *)PT_REGS_PARM1(ctx);
	u64 value = 0;

	switch (n) {
	case 1:
		if (ia32)
			PEEK(value, regs->bx);
		else
			PEEK(value, regs->di);
		break;
	case 2:
		if (ia32)
			PEEK(value, regs->cx);
		else
			PEEK(value, regs->si);
		break;
	case 3:
		PEEK(value, regs->dx);
		break;
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

#define ON_CALL(function, ia32, path, wanted) ON_CALL_OF(function, ia32, path, wanted, OPEN)
#define ON_CALL_OF(function, ia32, path, wanted, operation)                             \
	int kprobe__##function(struct pt_regs *ctx)                                     \
	{                                                                               \
		return on_call(ctx, path_argument(ctx, path, ia32), wanted, operation); \
	}

ON_CALL(__x64_sys_open, false, 1, wanted_by_open(argument(ctx, 2, false)))
ON_CALL(__x64_sys_creat, false, 1, ACCESS_WRITE)
ON_CALL(__x64_sys_openat, false, 2, wanted_by_open(argument(ctx, 3, false)))
ON_CALL(__x64_sys_openat2, false, 2, wanted_by_how(argument(ctx, 3, false)))
ON_CALL(__x64_sys_truncate, false, 1, ACCESS_WRITE)
ON_CALL(__x64_sys_execve, false, 1, ACCESS_EXEC)
ON_CALL(__x64_sys_execveat, false, 2, ACCESS_EXEC)
ON_CALL_OF(__x64_sys_mknod, false, 1, ACCESS_WRITE, CREATE)
ON_CALL_OF(__x64_sys_mknodat, false, 2, ACCESS_WRITE, CREATE)

#if IA32
ON_CALL(__ia32_compat_sys_open, true, 1, wanted_by_open(argument(ctx, 2, true)))
ON_CALL(__ia32_sys_creat, true, 1, ACCESS_WRITE)
ON_CALL(__ia32_compat_sys_openat, true, 2, wanted_by_open(argument(ctx, 3, true)))
ON_CALL(__ia32_sys_openat2, true, 2, wanted_by_how(argument(ctx, 3, true)))
ON_CALL(__ia32_compat_sys_truncate, true, 1, ACCESS_WRITE)
ON_CALL(__ia32_sys_ia32_truncate64, true, 1, ACCESS_WRITE)
ON_CALL(__ia32_compat_sys_execve, true, 1, ACCESS_EXEC)
ON_CALL(__ia32_compat_sys_execveat, true, 2, ACCESS_EXEC)
ON_CALL_OF(__ia32_sys_mknod, true, 1, ACCESS_WRITE, CREATE)
ON_CALL_OF(__ia32_sys_mknodat, true, 2, ACCESS_WRITE, CREATE)
#endif
#endif
