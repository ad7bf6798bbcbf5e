/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Who did it: the fields of the current process. */
#pragma once

#include <linux/mount.h>
#include <linux/sched.h>

#include "../lib/exe.h"
#include "slot.h"

static inline u32 mount_namespace_of(struct task_struct *task)
{
	struct nsproxy *all = NULL;
	struct mnt_namespace *ns = NULL;
	u32 number = 0;

	PEEK(all, task->nsproxy);
	PEEK(ns, all->mnt_ns);
	PEEK(number, ns->ns.inum);
	return number;
}

/* A process has a number in each of the PID namespaces above it: `level` is that of its own. */
static inline u32 pid_namespace_of(struct task_struct *task)
{
	struct pid *pid = NULL;
	struct pid_namespace *ns = NULL;
	u32 level = 0, number = 0;

	PEEK(pid, task->thread_pid);
	PEEK(level, pid->level);
	PEEK(ns, pid->numbers[level & 31].ns);
	PEEK(number, ns->ns.inum);
	return number;
}

static inline void add_process(struct data_t *d)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task(), *parent = NULL;

	d->tid = bpf_get_current_pid_tgid();
	d->uid = bpf_get_current_uid_gid();
	PEEK(parent, task->real_parent);
	PEEK(d->ppid, parent->tgid);
	bpf_probe_read_kernel_str(&d->pcomm, sizeof(d->pcomm), &parent->comm);
	d->cgroup = bpf_get_current_cgroup_id();
	d->mnt_ns = mount_namespace_of(task);
	d->pid_ns = pid_namespace_of(task);
}
