/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The children of the processes that are watched, from now on; and what is forgotten of a task that ends. */
#pragma once

#include <linux/sched.h>

#include "calls.h"
#include "filters.h"

#if FILTER_TREE

/* A new task, by the one that made it. A process's number may have been another one's before. */
static inline void on_new_task(struct task_struct *task)
{
	u32 parent = bpf_get_current_pid_tgid() >> 32, child = 0, yes = 1;

	PEEK(child, task->tgid);
	if (child == parent)
		return; /* a thread */
	if (!tree.lookup(&parent))
		tree.delete(&child);
	else if (tree.update(&child, &yes) < 0)
		count(COUNTER_LOST);
}

/* A thread is gone; a process with its first one, which goes last. Before, its exit closed its files. */
static inline void on_task_gone(struct task_struct *task)
{
	u32 tid = 0, pid = 0;

	PEEK(tid, task->pid);
	PEEK(pid, task->tgid);
	if (tid == pid)
		tree.delete(&pid);
}

#endif

/* Its event is not complete where the kernel skipped the program at the end of its call. */
static inline void on_task_end(void)
{
	struct slot *s = slot_of_task();

	if (s)
		drop_call(s);
}
