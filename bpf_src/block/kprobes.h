/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The hooks of a kernel on which nothing can be refused at the file itself. A signal comes before the program gets to
 * use the descriptor. (Another process that shares its table of descriptors, by CLONE_FILES, lives, and has it.)
 */
#pragma once

#include <uapi/linux/ptrace.h>

#include "exceptions.h"
#include "operations.h"
#include "waiting.h"

#if (HOOK_SIGNAL || HOOK_OVERRIDE) && EXCEPT_EXE

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
#if HOOK_OVERRIDE && EXCEPT_EXE

/* Which programs are excepted must be learned here. */
int kprobe__security_file_open(struct pt_regs *ctx, struct file *file)
{
	int zero = 0;
	struct settings *s = settings.lookup(&zero);
	struct inode *inode = NULL;

	PEEK(inode, file->f_inode);
	if (s && s->mode == MODE_LEARN)
		learn(s, inode);
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

int kprobe__security_inode_rename(struct pt_regs *ctx)
{
	return on_move((struct dentry *)PT_REGS_PARM2(ctx), (struct dentry *)PT_REGS_PARM4(ctx), PT_REGS_PARM5(ctx));
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
