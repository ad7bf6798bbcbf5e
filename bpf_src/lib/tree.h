/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Processes with their children, from when bccwatch put them into the map `tree` on (FILTER_TREE). */
#pragma once

#include <linux/sched.h>

#include "count.h"
#include "verifier.h"

#ifndef FILTER_TREE
#define FILTER_TREE 0
#endif

#if FILTER_TREE

BPF_HASH(tree, u32, u32, 65536);

static inline bool is_in_tree(void)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;

	return tree.lookup(&pid) != NULL;
}

/* A new task, by the one that made it. A process's number may have been another one's before. */
static inline int on_new_task(struct task_struct *task)
{
	u32 parent = bpf_get_current_pid_tgid() >> 32, child = 0, yes = 1;

	PEEK(child, task->tgid);
	if (child == parent)
		return 0; /* a thread */
	if (!tree.lookup(&parent))
		tree.delete(&child);
	else if (tree.update(&child, &yes) < 0)
		count(COUNTER_LOST);
	return 0;
}

/* A thread is gone; a process with its first one, which goes last. Before, its exit closed its files. */
static inline int on_task_gone(struct task_struct *task)
{
	u32 tid = 0, pid = 0;

	PEEK(tid, task->pid);
	PEEK(pid, task->tgid);
	if (tid == pid)
		tree.delete(&pid);
	return 0;
}

#else

static inline bool is_in_tree(void)
{
	return true;
}

#endif
