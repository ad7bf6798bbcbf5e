/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The name of a file that the kernel opens by itself, or by a handle: by a directory, or the file, that it has found.
 */
#pragma once

#include <linux/version.h>

#include "../lib/path.h"

#define STEPS 64 /* how many directories and mounts of a path are shown: the verifier follows each at the start */

BPF_PERCPU_ARRAY(text, struct text, 1);

/* The arguments of do_file_open_root: where to begin, and the name that is looked for there, "" for the file itself. */
struct open_root {
	struct dentry *dentry;
	struct vfsmount *mnt;
	const char *name;
};

static inline struct open_root open_root_of(struct pt_regs *ctx)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 13, 0) /* where the first two became one struct path */
	const struct path *path = (const struct path *)PT_REGS_PARM1(ctx);
	struct open_root root = {.name = (const char *)PT_REGS_PARM2(ctx)};

	PEEK(root.dentry, path->dentry);
	PEEK(root.mnt, path->mnt);
	return root;
#else
	return (struct open_root){(struct dentry *)PT_REGS_PARM1(ctx), (struct vfsmount *)PT_REGS_PARM2(ctx),
				  (const char *)PT_REGS_PARM3(ctx)};
#endif
}

/* inode:MAJOR:MINOR:NUMBER */
static inline void put_inode(struct text *t, struct dentry *dentry)
{
	struct inode *inode = NULL;
	struct super_block *sb = NULL;
	unsigned long number = 0;
	dev_t dev = 0;

	PEEK(inode, dentry->d_inode);
	PEEK(number, inode->i_ino);
	PEEK(sb, inode->i_sb);
	PEEK(dev, sb->s_dev);
	put_number(t, number);
	put_char(t, ':');
	put_number(t, dev & 0xfffff);
	put_char(t, ':');
	put_number(t, dev >> 20);
	put_char(t, ':');
	put_char(t, 'e');
	put_char(t, 'd');
	put_char(t, 'o');
	put_char(t, 'n');
	put_char(t, 'i');
}

/*
 * The path from the root of its mount namespace. Where the file was not in use, a handle leads to a dentry that has no
 * directory yet: then the inode's device and number.
 */
static inline const char *path_of(struct text *t, struct open_root *root)
{
	enum path_end end;

	text_start(t);
	end = put_path(t->bytes, &t->at, root->dentry, root->mnt, STEPS);
	if (end == PATH_DETACHED) {
		text_start(t);
		put_inode(t, root->dentry);
	} else if (end == PATH_WHOLE && text_is_empty(t)) {
		put_char(t, '/');
	}
	return text_begin(t);
}

static inline const char *name_of(struct open_root *root)
{
	int zero = 0;
	struct text *t = text.lookup(&zero);
	char first = 0;

	if (!t || bpf_probe_read_kernel(&first, 1, root->name) < 0)
		return NULL;
	return first ? root->name : path_of(t, root);
}
