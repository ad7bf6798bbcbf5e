/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Who accesses a file: by user, group, comm, cgroup, parent, program. Whom rules name, or the command line excepts. */
#pragma once

#include <linux/cred.h>
#include <linux/sched.h>

#include "../lib/cgroup.h"
#include "../lib/tree.h"
#include "../lib/verifier.h"
#include "maps.h"
#include "programs.h"

#if BY_CHILDREN

BPF_HASH(children, u32, struct subject, 65536); /* by a process's number: named ones, and their children */

static inline void add_parent(struct subject *all)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;

	add_subject(all, children.lookup(&pid));
}

/* By the process that made it. A process's number may have been another one's before. */
static inline int on_new_child(struct task_struct *task)
{
	u32 parent = bpf_get_current_pid_tgid() >> 32, child = 0;
	struct subject *known = children.lookup(&parent);

	PEEK(child, task->tgid);
	if (child == parent)
		return 0; /* a thread */
	if (!known)
		children.delete(&child);
	else if (children.update(&child, known) < 0)
		miss_process(known);
	return 0;
}

/* A process is gone with its first thread, which goes last. */
static inline int on_child_gone(struct task_struct *task)
{
	u32 tid = 0, pid = 0;

	PEEK(tid, task->pid);
	PEEK(pid, task->tgid);
	if (tid == pid)
		children.delete(&pid);
	return 0;
}

#else

static inline void add_parent(struct subject *all)
{
}

static inline int on_new_child(struct task_struct *task)
{
	return 0;
}

static inline int on_child_gone(struct task_struct *task)
{
	return 0;
}

#endif

/* During overlayfs's inner open, the current credentials are the mounter's, so real_cred is read. */
static inline void add_user(struct subject *all)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	const struct cred *cred = NULL;
	u32 uid = 0, gid = 0;

	PEEK(cred, task->real_cred);
	PEEK(uid, cred->uid);
	PEEK(gid, cred->gid);
	if (BY_UID)
		add_subject(all, uids.lookup(&uid));
	if (BY_GID)
		add_subject(all, gids.lookup(&gid));
}

static inline void add_comm(struct subject *all)
{
	struct comm comm = {};

	bpf_get_current_comm(&comm, sizeof(comm));
	add_subject(all, comms.lookup(&comm));
}

#if BY_CGROUP

#define CGROUP_LEVELS 16

/* Its cgroup, and those above it. One that was made just now may be any that a rule names with `only`. */
static inline void add_cgroups(struct subject *all)
{
	struct cgroup *cgroup = current_cgroup();
	int zero = 0;
	struct policies *p = policies.lookup(&zero);
	u64 missed = 0, *count = new_cgroups.lookup(&missed);

	for (int i = 0; i < CGROUP_LEVELS && cgroup; i++) {
		u64 id = cgroup_id(cgroup);

		add_subject(all, cgroups.lookup(&id));
		if (p && new_cgroups.lookup(&id))
			all->only |= p->only_cgroups;
		HIDE_FROM_VERIFIER(all->only);
		cgroup = cgroup_above(cgroup);
	}
	/* Those that are too far above, or for which there was no room, may be any. */
	if (p && (cgroup || (count && *count)))
		all->only |= p->only_cgroups;
	HIDE_FROM_VERIFIER(all->only);
}

/* Until bccwatch has looked at it. */
RAW_TRACEPOINT_PROBE(cgroup_mkdir)
{
	u64 id = cgroup_id((struct cgroup *)ctx->args[0]), now = bpf_ktime_get_ns(), missed = 0, *count;

	if (new_cgroups.update(&id, &now) == 0)
		return 0;
	count = new_cgroups.lookup(&missed);
	if (count)
		*count = 1;
	return 0;
}

#else

static inline void add_cgroups(struct subject *all)
{
}

#endif

static inline struct subject current_subject(struct settings *s)
{
	struct subject all = {};

	if (BY_UID || BY_GID)
		add_user(&all);
	if (BY_COMM)
		add_comm(&all);
	add_cgroups(&all);
	add_parent(&all);
	add_program(&all, s);
	if (BY_CHILDREN || BY_EXE)
		add_missed(&all);
	return all;
}
