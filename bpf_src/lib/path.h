/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The path of a dentry, up through its directories and mounts. It is written from its end on, so one walk is enough
 * (lib/text.h).
 */
#pragma once

#include <linux/fs.h>
#include <linux/mount.h>

#include "text.h"
#include "verifier.h"

/* d_parent, d_name and d_inode of a dentry are adjacent: one read fetches all three. */
struct links {
	struct dentry *parent;
	struct qstr name;
	struct inode *inode;
};
#define READ_LINKS(to, dentry) bpf_probe_read_kernel(&(to), sizeof(to), &(dentry)->d_parent)
_Static_assert(offsetof(struct dentry, d_name) - offsetof(struct dentry, d_parent) == offsetof(struct links, name) &&
		       offsetof(struct dentry, d_inode) - offsetof(struct dentry, d_parent) ==
			       offsetof(struct links, inode),
	       "struct links is a part of struct dentry");

#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 1, 0) /* where the union lost its name */
#define ALIAS d_alias
#else
#define ALIAS d_u.d_alias
#endif

static inline struct dentry *dentry_of_alias(struct hlist_node *alias)
{
	return (struct dentry *)((char *)alias - offsetof(struct dentry, ALIAS));
}

/* What the kernel has around it. */
#define MOUNT_OF(vfsmount) ((struct mount *)((char *)(vfsmount)-offsetof(struct mount, mnt)))

/* Where it is mounted: changes a mount and its root to the mount above and the directory there. False: it is topmost.
 */
static inline bool step_to_mountpoint(struct vfsmount **mnt, struct dentry **dentry)
{
#ifdef BCCWATCH_KCONFIG_H /* the kernel's BTF has struct mount, no installed header has */
	struct mount *mount = MOUNT_OF(*mnt), *upper = NULL;

	PEEK(upper, mount->mnt_parent);
	if (upper == mount)
		return false;
	PEEK(*dentry, mount->mnt_mountpoint);
	*mnt = &upper->mnt;
	return true;
#else
	return false;
#endif
}

static inline void put_name(char *bytes, UNTRACKED u32 *at, struct qstr *name)
{
	u64 len = name->len, begin;

	len |= (u64)(NAME_BYTES - 1 - (s64)len) >> 32; /* a longer one, as vfat has: all bits */
	BOUND(len, NAME_BYTES);
	*at -= len + 1;
	begin = *at;
	BOUND(begin, TEXT_BYTES);
	bytes[begin] = '/';
	bpf_probe_read_kernel(bytes + 1 + begin, len, name->name);
}

enum path_end {
	PATH_WHOLE,
	PATH_DETACHED, /* it ends at a dentry that has no parent, and is not the root of mnt */
	PATH_CUT       /* it has more than so many steps, or is too long: it begins with "..." */
};

/*
 * mnt may be NULL: then it ends at the root of the file system. within_mount: it ends at the root of mnt; in a map's
 * memory too, else clang makes two loops, one for each value.
 */
static inline enum path_end put_path_of(char *bytes, UNTRACKED u32 *at, struct dentry *dentry, struct vfsmount *mnt,
					int steps, UNTRACKED u32 *within_mount)
{
	struct links links;
	u64 begin;

	for (int i = 0; *at > NAME_BYTES + 4 && i < steps; i++) {
		struct dentry *root = NULL;

		PEEK(root, mnt->mnt_root);
		READ_LINKS(links, dentry);
		if (dentry == root) {
			if ((within_mount && *within_mount) || !step_to_mountpoint(&mnt, &links.parent))
				return PATH_WHOLE;
		} else if (links.parent == dentry) {
			return PATH_DETACHED;
		} else {
			put_name(bytes, at, &links.name);
		}
		dentry = links.parent;
	}
	*at -= 3;
	begin = *at;
	BOUND(begin, TEXT_BYTES);
	for (int i = 0; i < 3; i++)
		bytes[begin + i] = '.';
	return PATH_CUT;
}

static inline enum path_end put_path(char *bytes, UNTRACKED u32 *at, struct dentry *dentry, struct vfsmount *mnt,
				     int steps)
{
	return put_path_of(bytes, at, dentry, mnt, steps, NULL);
}
