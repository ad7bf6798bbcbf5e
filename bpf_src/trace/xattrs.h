/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Extended attributes, ACLs and the flags that ioctl(2) sets. An overlay passes them on to a layer: shown once. */
#pragma once

#include "hook.h"
#include "operations.h"
#include "versions.h"

enum { XATTR = OPS_COUNT + 2 };

static inline void begin_xattr(struct dentry *dentry)
{
	u64 key = timer_of(XATTR), outermost = (u64)dentry;

	if (!is_within(XATTR))
		timers.update(&key, &outermost);
}

static inline void end_xattr(void *ctx, struct dentry *dentry, u32 kind, s64 result)
{
	u64 key = timer_of(XATTR), *outermost = timers.lookup(&key);

	if (!outermost || *outermost != (u64)dentry)
		return;
	timers.delete(&key);
	on_attribute_of(ctx, dentry, kind, result);
}

/* clang-format off */
#define XATTR_HOOK(function, kind, parameters...)                                  \
	BEFORE(function, (IDMAP struct dentry * dentry), begin_xattr(dentry))      \
	AFTER(function, (IDMAP struct dentry * dentry, ##parameters), end_xattr(ctx, dentry, kind, result))

XATTR_HOOK(vfs_setxattr, ATTR_KIND_XATTR, char *name, void *value, size_t size, int flags)
XATTR_HOOK(vfs_removexattr, ATTR_KIND_XATTR, char *name)
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 13, 0)
XATTR_HOOK(vfs_fileattr_set, ATTR_KIND_FLAGS, void *attributes)
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0) /* before, an ACL is an attribute like others */
XATTR_HOOK(vfs_set_acl, ATTR_KIND_XATTR, char *name, void *acl)
XATTR_HOOK(vfs_remove_acl, ATTR_KIND_XATTR, char *name)
#endif
/* clang-format on */
