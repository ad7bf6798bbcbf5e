/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Names for opens that are given none: the path of a file that the kernel has found, and a file handle's bytes. A text
 * is written from its end on, so that a path needs one walk, up from the file. libbcc rewrites the main file only: here
 * memory of the kernel is read by bpf_probe_read_kernel, and the caller looks up the map that holds the text.
 */
#pragma once

#define TEXT_BYTES 4096
#define NAME_BYTES 256

struct text {
	char bytes[TEXT_BYTES + NAME_BYTES]; /* the second part lets the verifier see that a name stays inside */
	volatile u32 at; /* where the text begins; in memory, where the verifier does not follow each of its values */
};

static inline char *text_begin(struct text *t)
{
	u64 at = t->at;

	asm volatile("" : "+r"(at)); /* clang must not drop the bound, which it knows and the verifier does not */
	return t->bytes + (at & (TEXT_BYTES - 1));
}

static inline void put_char(struct text *t, char c)
{
	t->at -= 1;
	*text_begin(t) = c;
}

static inline void text_start(struct text *t)
{
	t->at = TEXT_BYTES;
	put_char(t, 0);
}

static inline void put_number(struct text *t, u64 n)
{
	for (int i = 0; i < 20; i++) {
		put_char(t, '0' + n % 10);
		n /= 10;
		if (!n)
			break;
	}
}

#ifdef VIA_KPROBE

#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/version.h>

#define READ(to, from) bpf_probe_read_kernel(&(to), sizeof(to), &(from))
#define PATH_STEPS                                                                                         \
	64 /* so many directories and mounts are shown: what the verifier takes at the start grows with it \
	    */

/* The arguments of do_file_open_root: where to begin, and the name that is looked for there, "" for the place itself.
 */
struct open_root {
	struct dentry *dentry;
	struct vfsmount *mnt;
	const char *name;
	const void *op; /* begins with the flags */
};

static inline struct open_root open_root_of(struct pt_regs *ctx)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 13, 0) /* where both became one struct path */
	const struct path *path = (const struct path *)PT_REGS_PARM1(ctx);
	struct open_root root = {.name = (const char *)PT_REGS_PARM2(ctx), .op = (const void *)PT_REGS_PARM3(ctx)};

	READ(root.dentry, path->dentry);
	READ(root.mnt, path->mnt);
	return root;
#else
	return (struct open_root){(struct dentry *)PT_REGS_PARM1(ctx), (struct vfsmount *)PT_REGS_PARM2(ctx),
				  (const char *)PT_REGS_PARM3(ctx), (const void *)PT_REGS_PARM4(ctx)};
#endif
}

static inline void put_name(struct text *t, struct dentry *dentry)
{
	struct qstr name = {};
	u64 len;

	READ(name, dentry->d_name);
	len = name.len < NAME_BYTES ? name.len : NAME_BYTES - 1;
	asm volatile("" : "+r"(len));
	len &= NAME_BYTES - 1;
	t->at -= len;
	bpf_probe_read_kernel(text_begin(t), len, name.name);
	put_char(t, '/');
}

/* Where the mount of which this dentry is the root is mounted. False: nowhere, it is the topmost. */
static inline bool step_to_mountpoint(struct dentry **dentry, struct vfsmount **mnt)
{
#ifdef BCCWATCH_KCONFIG_H /* no installed header has struct mount, the kernel's BTF has */
	struct mount *mount = (struct mount *)((char *)*mnt - offsetof(struct mount, mnt)), *upper = NULL;

	READ(upper, mount->mnt_parent);
	if (upper == mount)
		return false;
	READ(*dentry, mount->mnt_mountpoint);
	*mnt = &upper->mnt;
	return true;
#else
	return false;
#endif
}

/* inode:MAJOR:MINOR:NUMBER */
static inline void put_inode(struct text *t, struct dentry *dentry)
{
	struct inode *inode = NULL;
	struct super_block *sb = NULL;
	unsigned long number = 0;
	dev_t dev = 0;

	READ(inode, dentry->d_inode);
	READ(number, inode->i_ino);
	READ(sb, inode->i_sb);
	READ(dev, sb->s_dev);
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
 * The path of a dentry, from the root of its mount namespace. Where the file was not in use, a handle leads to a dentry
 * that hangs on no directory: then the inode's device and number. A path of too many steps begins with "...".
 */
static inline const char *path_of(struct text *t, struct dentry *dentry, struct vfsmount *mnt)
{
	struct dentry *first = dentry;

	text_start(t);
	for (int i = 0; i < PATH_STEPS && t->at > NAME_BYTES + 4; i++) {
		struct dentry *root = NULL, *parent = NULL;

		READ(root, mnt->mnt_root);
		READ(parent, dentry->d_parent);
		if (dentry == root) {
			if (step_to_mountpoint(&dentry, &mnt))
				continue;
			if (t->at == TEXT_BYTES - 1)
				put_char(t, '/');
			return text_begin(t);
		}
		if (parent == dentry) {
			text_start(t);
			put_inode(t, first);
			return text_begin(t);
		}
		put_name(t, dentry);
		dentry = parent;
	}
	for (int i = 0; i < 3; i++)
		put_char(t, '.');
	return text_begin(t);
}

#else

#define HANDLE_BYTES 128 /* MAX_HANDLE_SZ */

/* open_by_handle_at(2) has it in the program's memory. */
struct handle {
	u32 size;
	int type;
	u8 bytes[HANDLE_BYTES];
};

static inline void put_hex(struct text *t, u8 digit)
{
	put_char(t, digit + (digit < 10 ? '0' : 'a' - 10));
}

/* handle:TYPE:BYTES */
static inline const char *put_handle(struct text *t, const struct handle *h)
{
	text_start(t);
	for (int i = HANDLE_BYTES - 1; i >= 0; i--)
		if (i < h->size) {
			put_hex(t, h->bytes[i] & 15);
			put_hex(t, h->bytes[i] >> 4);
		}
	put_char(t, ':');
	put_number(t, h->type & 0xffff); /* above it are flags, from Linux 6.13 on */
	put_char(t, ':');
	put_char(t, 'e');
	put_char(t, 'l');
	put_char(t, 'd');
	put_char(t, 'n');
	put_char(t, 'a');
	put_char(t, 'h');
	return text_begin(t);
}

#endif
