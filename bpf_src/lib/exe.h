/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The program that a process runs. */
#pragma once

#include <linux/fs.h>
#include <linux/sched.h>

#include "verifier.h"

/*
 * What the kernel calls the process's executable: NULL of a kernel thread, and of a process that has ended so far. A
 * process can have that changed: prctl(PR_SET_MM).
 */
static inline struct file *exe_of(struct task_struct *task)
{
	struct mm_struct *mm = NULL;
	struct file *exe = NULL;

	PEEK(mm, task->mm);
	PEEK(exe, mm->exe_file);
	return exe;
}
