/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Processes with their children, from when bccwatch put them into a map on. */
#pragma once

#include <linux/sched.h>

#include "count.h"
#include "verifier.h"

#ifndef FILTER_TREE
#define FILTER_TREE 0 /* `tree`: no other processes are wanted */
#endif
#ifndef FILTER_READERS
#define FILTER_READERS 0 /* `readers`: they read bccwatch's output, and are not wanted */
#endif
#ifndef TREE_OR_ALL
#define TREE_OR_ALL 0 /* once there was no room for a process, all are in the tree: entry 0 is 1 then */
#endif
#define FOLLOWS_TASKS (FILTER_TREE || FILTER_READERS)

#if FILTER_TREE
BPF_HASH(tree, u32, u32, 65536);

static inline void miss_child(void)
{
	u32 zero = 0, *all = TREE_OR_ALL ? tree.lookup(&zero) : NULL;

	if (all)
		*all = 1;
	else
		count(COUNTER_LOST);
}

#endif
#if FILTER_READERS
BPF_HASH(readers, u32, u32, 1024);
#endif

static inline bool is_in_tree(void)
{
#if FILTER_TREE
	u32 pid = bpf_get_current_pid_tgid() >> 32, zero = 0, *all;

	if (tree.lookup(&pid))
		return true;
	all = TREE_OR_ALL ? tree.lookup(&zero) : NULL;
	return all && *all;
#else
	return true;
#endif
}

static inline bool is_reader(void)
{
#if FILTER_READERS
	u32 pid = bpf_get_current_pid_tgid() >> 32;

	return readers.lookup(&pid) != NULL;
#else
	return false;
#endif
}

/* The current process has a child. A process's number may have been another one's before. */
static inline void follow(u32 child)
{
	u32 parent = bpf_get_current_pid_tgid() >> 32, yes = 1;

	if (child == parent)
		return; /* a thread */
#if FILTER_TREE
	if (!tree.lookup(&parent))
		tree.delete(&child);
	else if (tree.update(&child, &yes) < 0)
		miss_child();
#endif
#if FILTER_READERS
	if (!readers.lookup(&parent))
		readers.delete(&child);
	else
		readers.update(&child, &yes); /* no room: it is shown */
#endif
}

static inline void unfollow(u32 pid)
{
#if FILTER_TREE
	tree.delete(&pid);
#endif
#if FILTER_READERS
	readers.delete(&pid);
#endif
}

/* A new task, by the one that made it. */
static inline int on_new_task(struct task_struct *task)
{
	u32 child = 0;

	PEEK(child, task->tgid);
	follow(child);
	return 0;
}

/* A thread is gone; a process with its first one, which goes last. Before, its exit closed its files. */
static inline int on_task_gone(struct task_struct *task)
{
	u32 tid = 0, pid = 0;

	PEEK(tid, task->pid);
	PEEK(pid, task->tgid);
	if (tid == pid)
		unfollow(pid);
	return 0;
}
