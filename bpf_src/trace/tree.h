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

/* The last thread of a process ends. */
static inline void leave_tree(struct task_struct *task)
{
	struct signal_struct *process = NULL;
	u32 pid = bpf_get_current_pid_tgid() >> 32, threads = 0;

	PEEK(process, task->signal);
	PEEK(threads, process->live.counter);
	if (!threads)
		tree.delete(&pid);
}

#else

static inline void leave_tree(struct task_struct *task)
{
}

#endif

/* Its event is not complete where the kernel skipped the program at the end of its call. */
static inline void on_task_end(struct task_struct *task)
{
	struct slot *s = slot_of_task();

	if (s)
		drop_call(s);
	leave_tree(task);
}
