/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Which program a process executes, of those that rules name or the command line excepts. */
#pragma once

#include <linux/cred.h>
#include <linux/sched.h>
#include <linux/user_namespace.h>

#include "../lib/exe.h"
#include "../lib/identity.h"
#include "../lib/path.h"
#include "../lib/verifier.h"
#include "maps.h"

#if POLICIES

/* There is no room for a process that rules name with `only`: from now on they hold for all. */
static inline void miss_process(struct subject *missed)
{
	int zero = 0;
	struct policies *p = policies.lookup(&zero);

	if (p && missed->only)
		p->processes_missed = 1;
}

static inline void add_missed(struct subject *all)
{
	int zero = 0;
	struct policies *p = policies.lookup(&zero);

	if (p && p->processes_missed)
		all->only |= p->only_processes;
	HIDE_FROM_VERIFIER(all->only);
}

#else

static inline void miss_process(struct subject *missed)
{
}

static inline void add_missed(struct subject *all)
{
}

#endif

#if BY_EXE

BPF_HASH(programs, u64, struct subject, 65536); /* by the task_struct of a process: of the program that it executes */

static inline struct exe *find_inode(struct file *exe)
{
	u64 inode = 0;

	PEEK(inode, exe->f_inode);
	return exes.lookup(&inode);
}

/* Is it what is at a named path now? One that was replaced there still has its name, but is not hashed any more. */
static inline struct subject *find_path(struct file *exe)
{
	struct inode *directory = NULL;
	struct dentry *dentry = NULL;
	struct name_key key = {};
	struct links links;
	void *hashed = NULL;

	PEEK(dentry, exe->f_path.dentry);
	PEEK(hashed, dentry->d_hash.pprev);
	if (!hashed)
		return NULL;
	READ_LINKS(links, dentry);
	PEEK(directory, links.parent->d_inode);
	identify(directory, &key.parent);
	bpf_probe_read_kernel_str(&key.name, sizeof(key.name), links.name.name);
	return exe_paths.lookup(&key);
}

static inline bool existed_before(struct settings *s, struct task_struct *leader)
{
	u64 start = 0;

	PEEK(start, leader->start_time);
	return start < s->started;
}

/*
 * Of a process whose execve(2) was not seen, the name of its executable is an exception only where nobody but root can
 * have changed it: root's own, outside of user namespaces.
 */
static inline bool is_trusted(struct task_struct *task)
{
	struct user_namespace *namespace = NULL;
	const struct cred *cred = NULL;
	u32 uid = 1, level = 1;

	PEEK(cred, task->real_cred);
	PEEK(uid, cred->uid);
	PEEK(namespace, cred->user_ns);
	PEEK(level, namespace->level);
	return uid == 0 && level == 0;
}

static inline void add_program(struct subject *all, struct settings *s)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task(), *leader = NULL;
	struct subject *known;
	struct exe *exe;

	PEEK(leader, task->group_leader);
	known = programs.lookup((u64 *)&leader);
	if (known) {
		add_subject(all, known);
		return;
	}
	exe = existed_before(s, leader) ? find_inode(exe_of(task)) : NULL;
	if (!exe)
		return;
	all->only |= exe->subject.only;
	if (is_trusted(task))
		add_subject(all, &exe->subject);
}

/* A program was executed: which one is known here, whatever the process changes later. */
static inline int on_exec(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task(), *leader = NULL;
	int zero = 0;
	struct settings *s = settings.lookup(&zero);
	struct subject subject = {};
	struct file *file = exe_of(task);
	struct exe *exe;

	if (!s || !s->started)
		return 0;
	PEEK(leader, task->group_leader);
	add_subject(&subject, find_path(file));
	exe = find_inode(file);
	if (exe && exe->always)
		add_subject(&subject, &exe->subject);
	if (!subject.except && !subject.only && !existed_before(s, leader))
		programs.delete((u64 *)&leader);
	else if (programs.update((u64 *)&leader, &subject) < 0)
		miss_process(&subject);
	return 0;
}

/* A new process runs the program of the one that created it. */
static inline int on_fork(struct task_struct *child, u64 flags)
{
	struct subject subject = {};
	int zero = 0;
	struct settings *s = settings.lookup(&zero);

	if (!s || flags & CLONE_THREAD)
		return 0;
	add_program(&subject, s);
	if (!subject.except && !subject.only)
		programs.delete((u64 *)&child);
	else if (programs.update((u64 *)&child, &subject) < 0)
		miss_process(&subject);
	return 0;
}

/* Another inode gets its address: bccwatch, which would keep it in memory, may be gone. */
static inline int on_inode_gone(struct inode *inode)
{
	u64 address = (u64)inode;

	exes.delete(&address);
	return 0;
}

static inline int on_exit(struct task_struct *task)
{
	programs.delete((u64 *)&task);
	return 0;
}

#else

static inline void add_program(struct subject *all, struct settings *s)
{
}

#endif
