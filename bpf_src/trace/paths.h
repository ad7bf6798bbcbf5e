/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The path of a file as it really is, and where the lookup of a name begins. */
#pragma once

#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/version.h>

#include "../lib/identity.h"
#include "../lib/path.h"
#include "../lib/wanted.h"
#include "slot.h"

/*
 * How many directories and mounts of a path are shown: the verifier follows each at the start, and newer ones keep more
 * ways apart (7.2 refused 64 where a program has two paths to go).
 */
#define STEPS	      (LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0) ? 32 : 64)
#define MOUNTS_TRIED  64
#define FROM_CWD      -100			    /* AT_FDCWD */
#define OF_THE_KERNEL (1 << 22)			    /* SB_KERNMOUNT */
#define FILE_TYPE     0170000			    /* S_IFMT */
#define REGULAR	      0100000			    /* S_IFREG */
#define PRIVATE_MOUNT ((struct mnt_namespace *)-22) /* MNT_NS_INTERNAL: a mount that is in no namespace */

static inline bool is_private(struct vfsmount *mnt)
{
	struct mnt_namespace *ns = NULL;

	PEEK(ns, MOUNT_OF(mnt)->mnt_ns);
	return mnt && ns == PRIVATE_MOUNT;
}

/* Can bccwatch reach the mount by its path? */
static inline bool is_in_own_namespace(struct vfsmount *mnt)
{
	struct mnt_namespace *ns = NULL;
	struct filter *f = get_filter();
	u32 number = 0;

	PEEK(ns, MOUNT_OF(mnt)->mnt_ns);
	PEEK(number, ns->ns.inum);
	return f && number == f->own_mnt_ns;
}

/* The mounts of a file system, one after the other; NULL: there are no more. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
static inline struct mount *first_mount(struct super_block *sb)
{
	struct mount *first = NULL;

	PEEK(first, sb->s_mounts);
	return first;
}

static inline struct mount *next_mount(struct super_block *sb, struct mount *mount)
{
	struct mount *next = NULL;

	PEEK(next, mount->mnt_next_for_sb);
	return next;
}
#else
static inline struct mount *mount_of_instance(struct super_block *sb, struct list_head *instance)
{
	if (!instance || instance == &sb->s_mounts)
		return NULL;
	return (struct mount *)((char *)instance - offsetof(struct mount, mnt_instance));
}

static inline struct mount *first_mount(struct super_block *sb)
{
	struct list_head *first = NULL;

	PEEK(first, sb->s_mounts.next);
	return mount_of_instance(sb, first);
}

static inline struct mount *next_mount(struct super_block *sb, struct mount *mount)
{
	struct list_head *next = NULL;

	PEEK(next, mount->mnt_instance.next);
	return mount_of_instance(sb, next);
}
#endif

/*
 * Where only a dentry is known: the first mount of the whole file system in bccwatch's mount namespace, of those that
 * are looked at; else the first of all.
 */
static inline struct vfsmount *some_mount(struct dentry *dentry)
{
	struct super_block *sb = NULL;
	struct mount *mount, *found;
	struct dentry *whole = NULL, *root = NULL;

	PEEK(sb, dentry->d_sb);
	PEEK(whole, sb->s_root);
	mount = found = first_mount(sb);
	for (int i = 0; i < MOUNTS_TRIED && mount; i++) {
		PEEK(root, mount->mnt.mnt_root);
		if (root == whole && is_in_own_namespace(&mount->mnt)) {
			found = mount;
			break;
		}
		mount = next_mount(sb, mount);
	}
	HIDE_FROM_VERIFIER(found);
	return found ? &found->mnt : NULL;
}

/* Is the dentry, which has no parent, that of a file which never was in a directory, as memfd_create(2) makes it? */
static inline bool is_of_no_directory(const struct links *l)
{
	char first = '/';

	bpf_probe_read_kernel(&first, sizeof(first), l->name.name);
	return first != '/';
}

static inline bool has_no_name(struct dentry *dentry)
{
	struct hlist_bl_node **hashed = NULL;
	struct links links = {};

	PEEK(hashed, dentry->d_hash.pprev);
	READ_LINKS(links, dentry);
	return !hashed && (links.parent != dentry || is_of_no_directory(&links));
}

/*
 * The path of a dentry that has no parent: a root, or a file like that of memfd_create(2). None where a handle led to
 * the file before its directory is known, and of pipes and sockets.
 */
static inline void put_path_without_parent(struct slot *s, struct dentry *dentry)
{
	struct super_block *sb = NULL;
	struct dentry *root = NULL;
	struct links links = {};
	u16 mode = 0;

	READ_LINKS(links, dentry);
	PEEK(mode, links.inode->i_mode);
	PEEK(sb, dentry->d_sb);
	PEEK(root, sb->s_root);
	if (dentry == root)
		put_byte(s->path, &s->at, '/');
	else if ((mode & FILE_TYPE) == REGULAR && is_of_no_directory(&links))
		put_name(s->path, &s->at, &links.name);
}

static inline void add_path(struct slot *s, struct text_at *text, struct dentry *dentry, struct vfsmount *mnt)
{
	enum path_end end;
	u64 begin, len;

	s->within_mount = !is_in_own_namespace(mnt);
	s->at = TEXT_BYTES - 1;
	end = put_path_of(s->path, &s->at, dentry, mnt, STEPS, &s->within_mount);
	if (end == PATH_CUT)
		count(COUNTER_CUT);
	if (end == PATH_DETACHED) { /* what is known of it is no path */
		s->at = TEXT_BYTES - 1;
		put_path_without_parent(s, dentry);
	} else if (s->at == TEXT_BYTES - 1) {
		put_byte(s->path, &s->at, '/');
	}
	begin = s->at;
	len = TEXT_BYTES - 1 - begin;
	if (len > TEXTS_BYTES - s->used) { /* the other texts are long: as a path that is too long itself */
		len = TEXTS_BYTES - s->used;
		begin = TEXT_BYTES - 1 - len;
		BOUND(begin, TEXT_BYTES);
		__builtin_memcpy(s->path + begin, ".../", 4);
		count(COUNTER_CUT);
	}
	BOUND(begin, TEXT_BYTES);
	add_text(s, text, s->path + begin, len);
}

/* Adds the paths that the slot's places have, in one loop, since the code for a path is long. */
static inline void add_paths(struct slot *s)
{
	for (int i = NEEDS_EXE ? EXE : TO; i >= (NEEDS_PATH ? PATH : EXE); i--) {
		struct place *place = &s->places[i];

		if (place->dentry)
			add_path(s, &s->event.path + i, place->dentry, place->mnt);
	}
}

static inline void set_place(struct slot *s, int which, struct dentry *dentry, struct vfsmount *mnt)
{
	s->places[which].dentry = dentry;
	s->places[which].mnt = mnt;
}

/* That of the event's file. */
static inline void set_file_place(struct slot *s, struct dentry *dentry, struct vfsmount *mnt)
{
	set_place(s, PATH, dentry, mnt);
	if (!is_in_own_namespace(mnt))
		s->event.marks |= OTHER_MOUNTS;
	if (has_no_name(dentry))
		s->event.marks |= DELETED;
}

/* Where the lookup of a name begins: the root of the task, or the directory that a call was given by its descriptor. */
static inline struct path directory_of(int descriptor, bool from_root)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct files_struct *files = NULL;
	struct fs_struct *fs = NULL;
	struct fdtable *table = NULL;
	struct file **descriptors = NULL, *file = NULL;
	struct path path = {};
	u32 count = 0;

	if (from_root || descriptor == FROM_CWD) {
		PEEK(fs, task->fs);
		if (from_root)
			PEEK(path, fs->root);
		else
			PEEK(path, fs->pwd);
		return path;
	}
	PEEK(files, task->files);
	PEEK(table, files->fdt);
	PEEK(count, table->max_fds);
	PEEK(descriptors, table->fd);
	if (descriptor < 0 || descriptor >= count)
		return path;
	PEEK(file, descriptors[descriptor]);
	PEEK(path, file->f_path);
	return path;
}

static inline bool is_absolute(struct slot *s, int which)
{
	u64 at = which == PATH ? s->event.filename.at : s->event.to_filename.at;
	char first = 0;

	if (!(which == PATH ? s->event.filename.len : s->event.to_filename.len))
		return false;
	BOUND(at, TEXTS_BYTES);
	bpf_probe_read_kernel(&first, 1, s->event.texts + at);
	return first == '/';
}

/* Is a path something else to the process than to bccwatch? */
static inline bool has_other_root(void)
{
	struct path root = directory_of(FROM_CWD, true);
	struct filter *f = get_filter();
	struct inode *inode = NULL;
	struct file_id id = {};

	PEEK(inode, root.dentry->d_inode);
	identify(inode, &id);
	return !f || id.ino != f->own_root.ino || id.dev != f->own_root.dev || id.generation != f->own_root.generation;
}

/* Where the lookup of a name began, where what it leads to is not known. */
static inline void set_directory_place(struct slot *s, int which, int descriptor)
{
	struct path path = directory_of(descriptor, is_absolute(s, which));

	s->event.marks |= which == PATH ? DIRECTORY : TO_DIRECTORY;
	if (!is_in_own_namespace(path.mnt))
		s->event.marks |= FILTER_FILE && has_other_root() ? OTHER_MOUNTS | OTHER_ROOT : OTHER_MOUNTS;
	set_place(s, which, path.dentry, path.mnt);
}
