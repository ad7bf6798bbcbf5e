/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Who is excepted from the rules: by user, by comm, by program. */
#pragma once

#include <linux/cred.h>
#include <linux/sched.h>
#include <linux/user_namespace.h>

#include "../lib/identity.h"
#include "../lib/path.h"
#include "../lib/tree.h"
#include "../lib/verifier.h"
#include "maps.h"

#if EXCEPT_EXE

BPF_HASH(programs, u64, u32, 65536); /* by the task_struct of a process: is the program that it executes excepted? */

/* What the kernel calls the process's executable. A process can have that changed: prctl(PR_SET_MM). */
static inline struct file *exe_of(struct task_struct *task)
{
	struct mm_struct *mm = NULL;
	struct file *exe = NULL;

	PEEK(mm, task->mm);
	PEEK(exe, mm->exe_file);
	return exe;
}

/* EXCEPT_*; 0: it is not excepted. */
static inline u32 is_excepted_inode(struct file *exe)
{
	u64 inode = 0;
	u32 *when;

	PEEK(inode, exe->f_inode);
	when = except_exes.lookup(&inode);
	return when ? *when : 0;
}

/* Is it what is at an excepted path now? One that was replaced there still has its name, but is not hashed any more. */
static inline bool is_at_excepted_path(struct file *exe)
{
	struct inode *directory = NULL;
	struct dentry *dentry = NULL;
	struct name_key key = {};
	struct links links;
	void *hashed = NULL;

	PEEK(dentry, exe->f_path.dentry);
	PEEK(hashed, dentry->d_hash.pprev);
	if (!hashed)
		return false;
	READ_LINKS(links, dentry);
	PEEK(directory, links.parent->d_inode);
	identify(directory, &key.parent);
	bpf_probe_read_kernel_str(&key.name, sizeof(key.name), links.name.name);
	return except_paths.lookup(&key);
}

static inline bool existed_before(struct settings *s, struct task_struct *leader)
{
	u64 start = 0;

	PEEK(start, leader->start_time);
	return start < s->started;
}

/*
 * Of a process whose execve(2) was not seen, the name of its executable counts only where nobody but root can have
 * changed it: root's own, outside of user namespaces.
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

static inline bool runs_excepted(struct settings *s)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task(), *leader = NULL;
	u32 *excepted;

	PEEK(leader, task->group_leader);
	excepted = programs.lookup((u64 *)&leader);
	if (excepted)
		return *excepted;
	return existed_before(s, leader) && is_trusted(task) && is_excepted_inode(exe_of(task));
}

/* A program was executed: which one is known here, whatever the process changes later. */
static inline int on_exec(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task(), *leader = NULL;
	int zero = 0;
	struct settings *s = settings.lookup(&zero);
	struct file *exe = exe_of(task);
	u32 excepted;

	if (!s || !s->started)
		return 0;
	PEEK(leader, task->group_leader);
	excepted = is_at_excepted_path(exe) || is_excepted_inode(exe) == EXCEPT_ALWAYS;
	if (excepted || existed_before(s, leader))
		programs.update((u64 *)&leader, &excepted);
	else
		programs.delete((u64 *)&leader);
	return 0;
}

/* A new process runs the program of the one that created it. */
static inline int on_fork(struct task_struct *child, u64 flags)
{
	u32 excepted = 1;
	int zero = 0;
	struct settings *s = settings.lookup(&zero);

	if (!s || flags & CLONE_THREAD)
		return 0;
	if (runs_excepted(s))
		programs.update((u64 *)&child, &excepted);
	else
		programs.delete((u64 *)&child);
	return 0;
}

/* Another inode gets its address: bccwatch, which would keep it in memory, may be gone. */
static inline int on_inode_gone(struct inode *inode)
{
	u64 address = (u64)inode;

	except_exes.delete(&address);
	return 0;
}

static inline int on_exit(struct task_struct *task)
{
	programs.delete((u64 *)&task);
	return 0;
}

#else

static inline bool runs_excepted(struct settings *s)
{
	return false;
}

#endif

/* During overlayfs's inner open, the current credentials are the mounter's, so real_cred is read. */
static inline bool has_excepted_uid(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	const struct cred *cred = NULL;
	u32 uid = 0;

	PEEK(cred, task->real_cred);
	PEEK(uid, cred->uid);
	return except_uids.lookup(&uid);
}

static inline bool has_excepted_comm(void)
{
	struct comm comm = {};

	bpf_get_current_comm(&comm, sizeof(comm));
	return except_comms.lookup(&comm);
}

static inline bool is_excepted(struct settings *s)
{
	return !is_in_tree() || (EXCEPT_UID && has_excepted_uid()) || (EXCEPT_COMM && has_excepted_comm()) ||
	       (EXCEPT_EXE && runs_excepted(s));
}
