/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What pointers of the kernel lead to, as text: for the programs that `bccwatch probe --stub` writes. A text is cut
 * where there is no room; of a path its beginning is left out, for "...".
 */
#pragma once

#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/version.h>

#include "path.h"

#define NAME_SHOWN 64
#define PATH_SHOWN 112
#define PATH_STEPS 24

/* Texts are too long for the stack. Maps whose name begins with an underscore are not printed. */
BPF_PERCPU_ARRAY(_described, struct text, 1);

/* Addresses of the kernel are negative, those of programs are not. */
static inline void read_text(char *to, u32 size, const void *from)
{
	if ((s64)from < 0)
		bpf_probe_read_kernel_str(to, size, from);
	else
		bpf_probe_read_user_str(to, size, from);
}

static inline void read_qstr(char *to, const struct qstr *name)
{
	const unsigned char *text = NULL;

	PEEK(text, name->name);
	bpf_probe_read_kernel_str(to, NAME_SHOWN, text);
}

static inline void read_name(char *to, struct dentry *dentry)
{
	read_qstr(to, &dentry->d_name);
}

/* A mount that has all of the file system, which is a part of the path then; NULL: it begins at the file system's root.
 */
static inline struct vfsmount *mount_of_dentry(struct dentry *dentry)
{
#ifdef BCCWATCH_KCONFIG_H /* the kernel's BTF has struct mount, no installed header has */
	struct super_block *sb = NULL;
	struct dentry *whole = NULL, *root = NULL;
	struct mount *mount = NULL;

	PEEK(sb, dentry->d_sb);
	PEEK(whole, sb->s_root);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	PEEK(mount, sb->s_mounts);
#else
	struct list_head *first = NULL;

	PEEK(first, sb->s_mounts.next);
	mount = (struct mount *)((char *)first - offsetof(struct mount, mnt_instance));
#endif
	PEEK(root, mount->mnt.mnt_root);
	return root == whole ? &mount->mnt : NULL;
#else
	return NULL;
#endif
}

static __noinline int read_path_of(char to[PATH_SHOWN], struct dentry *dentry, struct vfsmount *mnt)
{
	int zero = 0;
	struct text *text = _described.lookup(&zero);
	bool is_cut;
	u64 begin;

	if (!text || !to)
		return 0;
	text_start(text);
	put_path(text->bytes, &text->at, dentry, mnt, PATH_STEPS);
	if (text->at == TEXT_BYTES - 1)
		put_char(text, '/');
	is_cut = text->at < TEXT_BYTES - PATH_SHOWN;
	begin = is_cut ? TEXT_BYTES - PATH_SHOWN : text->at;
	BOUND(begin, TEXT_BYTES);
	bpf_probe_read_kernel_str(to, PATH_SHOWN, text->bytes + begin);
	if (is_cut)
		to[0] = to[1] = to[2] = '.';
	return 0;
}

/* Where nothing but a dentry is known: as the first mount of its file system shows it. */
static inline void read_dentry_path(char *to, struct dentry *dentry)
{
	read_path_of(to, dentry, mount_of_dentry(dentry));
}

static inline void read_inode_path(char *to, struct inode *inode)
{
	struct hlist_node *alias = NULL;

	PEEK(alias, inode->i_dentry.first);
	if (alias)
		read_dentry_path(to, dentry_of_alias(alias));
}

static inline void read_path(char *to, const struct path *path)
{
	struct dentry *dentry = NULL;
	struct vfsmount *mnt = NULL;

	PEEK(dentry, path->dentry);
	PEEK(mnt, path->mnt);
	read_path_of(to, dentry, mnt);
}

static inline void read_file_path(char *to, struct file *file)
{
	read_path(to, &file->f_path);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 12, 0)
static inline void read_old_path(char *to, struct renamedata *rename)
{
	struct dentry *dentry = NULL;

	PEEK(dentry, rename->old_dentry);
	read_dentry_path(to, dentry);
}

static inline void read_new_path(char *to, struct renamedata *rename)
{
	struct dentry *dentry = NULL;

	PEEK(dentry, rename->new_dentry);
	read_dentry_path(to, dentry);
}
#endif

static inline struct inode *inode_of_dentry(struct dentry *dentry)
{
	struct inode *inode = NULL;

	PEEK(inode, dentry->d_inode);
	return inode;
}

static inline struct inode *inode_of_path(const struct path *path)
{
	struct dentry *dentry = NULL;

	PEEK(dentry, path->dentry);
	return inode_of_dentry(dentry);
}

static inline struct inode *inode_of_file(struct file *file)
{
	struct inode *inode = NULL;

	PEEK(inode, file->f_inode);
	return inode;
}

/* As stat(2) has it: the kernel's own number has 20 bits for the minor. */
static inline u32 device_of(struct inode *inode)
{
	struct super_block *sb = NULL;
	u32 dev = 0;

	PEEK(sb, inode->i_sb);
	PEEK(dev, sb->s_dev);
	return (dev & 0xff) | dev >> 20 << 8 | (dev & 0xfff00) << 12;
}

static inline u64 number_of(struct inode *inode)
{
	u64 ino = 0;

	PEEK(ino, inode->i_ino);
	return ino;
}

static inline u32 pid_of(struct task_struct *task)
{
	u32 pid = 0;

	PEEK(pid, task->tgid);
	return pid;
}

static inline void read_comm(char *to, struct task_struct *task)
{
	bpf_probe_read_kernel_str(to, 16, task->comm);
}
