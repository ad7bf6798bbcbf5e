/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Extended attributes, ACLs and the flags that ioctl(2) sets. An overlay passes them on to a layer: shown once. */
#pragma once

#include "calls.h"
#include "hook.h"
#include "versions.h"

/*
 * An overlay changes its layers with the credentials of who mounted it, also where it only copies a file up. A request
 * of io_uring can have others than the task's, too: those that were registered for it.
 */
static inline bool is_of_overlay(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	const struct cred *cred = NULL, *real = NULL;

	PEEK(cred, task->cred);
	PEEK(real, task->real_cred);
	return cred != real && !is_within(XATTR_BY_IO_URING);
}

static inline void begin_xattr(struct dentry *dentry)
{
	u64 key = timer_of(XATTR), outermost = (u64)dentry;

	if (!is_within(XATTR) && !is_of_overlay() && timers.update(&key, &outermost) < 0)
		count(COUNTER_LOST);
}

static inline void end_xattr(void *ctx, struct dentry *dentry, u32 kind, s64 result)
{
	u64 key = timer_of(XATTR), *outermost = timers.lookup(&key);

	if (!outermost || *outermost != (u64)dentry)
		return;
	timers.delete(&key);
	if (slot_of_call(CALL_XATTR))
		note_name(CALL_XATTR, some_mount(dentry), dentry);
	else
		on_attribute_of(ctx, dentry, kind, result);
}

/* Where only what is before the call can be seen. */
static inline void on_xattr(void *ctx, struct dentry *dentry)
{
	struct operation o = {.op = OP_ATTR, .marks = HAS_FLAGS, .flags = ATTR_KIND_XATTR, .dentry = dentry};

	if (is_of_overlay())
		return;
	if (slot_of_call(CALL_XATTR)) {
		note_name(CALL_XATTR, some_mount(dentry), dentry);
		return;
	}
	o.mnt = some_mount(dentry);
	PEEK(o.inode, dentry->d_inode);
	on_operation(ctx, &o);
}

/* clang-format off */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
BEFORE(filename_setxattr, (int dfd, void *name), begin_call(CALL_XATTR, OP_ATTR, ATTR_KIND_XATTR, name, NULL))
AFTER(filename_setxattr, (int dfd, void *name, unsigned int flags, void *value), end_call(ctx, CALL_XATTR, dfd, 0, result))
BEFORE(path_removexattrat, (int dfd, char *name), begin_call(CALL_XATTR, OP_ATTR, ATTR_KIND_XATTR, POINTER(1), NULL))
AFTER(path_removexattrat, (int dfd, char *name, unsigned int flags, char *attribute), end_call(ctx, CALL_XATTR, dfd, 0, result))
#else
BEFORE(path_setxattr, (char *name), begin_call(CALL_XATTR, OP_ATTR, ATTR_KIND_XATTR, POINTER(0), NULL))
AFTER(path_setxattr, (char *name, char *attribute, void *value, size_t size, int flags, unsigned int lookup), end_call(ctx, CALL_XATTR, FROM_CWD, 0, result))
BEFORE(path_removexattr, (char *name), begin_call(CALL_XATTR, OP_ATTR, ATTR_KIND_XATTR, POINTER(0), NULL))
AFTER(path_removexattr, (char *name, char *attribute, unsigned int lookup), end_call(ctx, CALL_XATTR, FROM_CWD, 0, result))
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 19, 0)
BEFORE(io_setxattr, (void *request), start_timer(XATTR_BY_IO_URING))
AFTER(io_setxattr, (void *request, unsigned int flags), stop_timer(XATTR_BY_IO_URING))
BEFORE(io_fsetxattr, (void *request), start_timer(XATTR_BY_IO_URING))
AFTER(io_fsetxattr, (void *request, unsigned int flags), stop_timer(XATTR_BY_IO_URING))
#endif

#define XATTR_HOOK(function, kind, parameters...)                                  \
	BEFORE(function, (IDMAP struct dentry * dentry), begin_xattr(dentry))      \
	AFTER(function, (IDMAP struct dentry * dentry, ##parameters), end_xattr(ctx, dentry, kind, result))

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 12, 0)
XATTR_HOOK(vfs_setxattr, ATTR_KIND_XATTR, char *name, void *value, size_t size, int flags)
XATTR_HOOK(vfs_removexattr, ATTR_KIND_XATTR, char *name)
#else /* those are inlined; and two programs on one function are one too many there (trace/hook.h) */
BEFORE(security_inode_setxattr, (struct dentry * dentry), on_xattr(ctx, dentry))
BEFORE(security_inode_removexattr, (struct dentry * dentry), on_xattr(ctx, dentry))
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 13, 0)
XATTR_HOOK(vfs_fileattr_set, ATTR_KIND_FLAGS, void *attributes)
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0) /* before, an ACL is an attribute like others */
XATTR_HOOK(vfs_set_acl, ATTR_KIND_XATTR, char *name, void *acl)
XATTR_HOOK(vfs_remove_acl, ATTR_KIND_XATTR, char *name)
#endif
/* clang-format on */
