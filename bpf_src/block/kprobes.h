/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The hooks of a kernel on which nothing can be refused at the file itself. A signal comes before the program gets to
 * use the descriptor. (Another process that shares its table of descriptors, by CLONE_FILES, lives, and has it.)
 */
#pragma once

#include <uapi/linux/ptrace.h>

#include "changes.h"
#include "hook.h"
#include "operations.h"
#include "subjects.h"
#include "waiting.h"

#if (HOOK_SIGNAL || HOOK_OVERRIDE) && BY_EXE

int kprobe__security_bprm_committed_creds(struct pt_regs *ctx)
{
	return on_exec();
}

int kprobe__security_task_alloc(struct pt_regs *ctx, struct task_struct *task, unsigned long flags)
{
	return on_fork(task, flags);
}

int kprobe__security_task_free(struct pt_regs *ctx, struct task_struct *task)
{
	return on_exit(task);
}

#endif
#if (HOOK_SIGNAL || HOOK_OVERRIDE || HOOK_SIGNAL_NAME) && (FILTER_TREE || BY_CHILDREN)

int kprobe__wake_up_new_task(struct pt_regs *ctx, struct task_struct *task)
{
	return on_new_task(task) + on_new_child(task);
}

int kprobe__release_task(struct pt_regs *ctx, struct task_struct *task)
{
	return on_task_gone(task) + on_child_gone(task);
}

#endif
#if HOOK_OVERRIDE && BY_EXE

/* Which programs are excepted must be learned here. */
int kprobe__security_file_open(struct pt_regs *ctx, struct file *file)
{
	int zero = 0;
	struct settings *s = settings.lookup(&zero);
	struct inode *inode = NULL;

	PEEK(inode, file->f_inode);
	if (s && s->mode == MODE_LEARN)
		learn(s, inode, 0);
	return 0;
}

#endif
#if HOOK_SIGNAL

int kprobe__security_file_open(struct pt_regs *ctx, struct file *file)
{
	on_open(ctx, file);
	return 0;
}

int kprobe__security_inode_free(struct pt_regs *ctx, struct inode *inode)
{
	return on_free(inode);
}

#endif
#if HOOK_SIGNAL && WAITING

int kprobe__security_d_instantiate(struct pt_regs *ctx, struct dentry *dentry, struct inode *inode)
{
	return on_arrival(dentry, inode);
}

#endif
#if HOOK_SIGNAL && DENY_MOUNTS

/* libbcc 0.18 takes a fourth parameter from another register than the kernel passes it in. */
int kprobe__security_sb_mount(struct pt_regs *ctx)
{
	if (adds_mount(PT_REGS_PARM4(ctx)))
		on_mount(ctx, (const struct path *)PT_REGS_PARM2(ctx));
	return 0;
}

int kprobe__security_move_mount(struct pt_regs *ctx, const struct path *from, const struct path *point)
{
	on_mount(ctx, point);
	return 0;
}

int kprobe__security_sb_pivotroot(struct pt_regs *ctx, const struct path *point)
{
	on_mount(ctx, point);
	return 0;
}

#endif
/* What changes a file without an open is done before the process dies; it is reported, and the process killed. */
#if HOOK_SIGNAL && DENY_DELETE

int kprobe__security_inode_unlink(struct pt_regs *ctx, struct inode *dir, struct dentry *dentry)
{
	on_entry(ctx, OPERATION("delete"), ACCESS_DELETE, dentry);
	return 0;
}

int kprobe__security_inode_rmdir(struct pt_regs *ctx, struct inode *dir, struct dentry *dentry)
{
	on_entry(ctx, OPERATION("delete"), ACCESS_DELETE, dentry);
	return 0;
}

#endif
#if HOOK_SIGNAL && (WAITING || DENY_RENAME || DENY_REPLACE)

int kprobe__security_inode_rename(struct pt_regs *ctx)
{
	struct dentry *from = (struct dentry *)PT_REGS_PARM2(ctx);
	struct dentry *to = (struct dentry *)PT_REGS_PARM4(ctx); /* see security_sb_mount */

#if WAITING
	on_move(from, to, PT_REGS_PARM5(ctx));
#endif
	if (DENY_RENAME || DENY_REPLACE)
		on_rename(ctx, from, to);
	return 0;
}

#endif
#if HOOK_SIGNAL && (DENY_LINK || DENY_REPLACE)

int kprobe__security_inode_link(struct pt_regs *ctx, struct dentry *from, struct inode *dir, struct dentry *to)
{
	on_link(ctx, from, to);
	return 0;
}

#endif
#if HOOK_SIGNAL && DENY_REPLACE

int kprobe__security_inode_mkdir(struct pt_regs *ctx, struct inode *dir, struct dentry *dentry)
{
	on_create_other(ctx, ACCESS_MKDIR, dentry);
	return 0;
}

int kprobe__security_inode_symlink(struct pt_regs *ctx, struct inode *dir, struct dentry *dentry)
{
	on_create_other(ctx, ACCESS_SYMLINK, dentry);
	return 0;
}

#endif
#if HOOK_SIGNAL && (DENY_ATTR || DENY_RESIZE)

int kprobe__security_inode_setattr(struct pt_regs *ctx)
{
#if SETATTR_IDMAP
	on_setattr(ctx, (struct dentry *)PT_REGS_PARM2(ctx), (struct iattr *)PT_REGS_PARM3(ctx));
#else
	on_setattr(ctx, (struct dentry *)PT_REGS_PARM1(ctx), (struct iattr *)PT_REGS_PARM2(ctx));
#endif
	return 0;
}

#endif
#if HOOK_SIGNAL && DENY_ATTR

int kprobe__security_inode_setxattr(struct pt_regs *ctx)
{
	on_entry(ctx, OPERATION("attr"), ACCESS_ATTR, XATTR_DENTRY(ctx));
	return 0;
}

int kprobe__security_inode_removexattr(struct pt_regs *ctx)
{
	on_entry(ctx, OPERATION("attr"), ACCESS_ATTR, XATTR_DENTRY(ctx));
	return 0;
}

int kprobe__security_file_ioctl(struct pt_regs *ctx, struct file *file, unsigned int command)
{
	on_ioctl(ctx, file, command);
	return 0;
}

#endif
