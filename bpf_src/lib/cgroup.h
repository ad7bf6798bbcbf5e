/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The cgroups (of version 2) that a process is in: its own, and those above it. */
#pragma once

#include <linux/cgroup-defs.h>
#include <linux/kernfs.h>
#include <linux/sched.h>

#include "verifier.h"

static inline struct cgroup *current_cgroup(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct css_set *all = NULL;
	struct cgroup *cgroup = NULL;

	PEEK(all, task->cgroups);
	PEEK(cgroup, all->dfl_cgrp);
	return cgroup;
}

static inline u64 cgroup_id(struct cgroup *cgroup)
{
	struct kernfs_node *node = NULL;
	u64 id = 0;

	PEEK(node, cgroup->kn);
	PEEK(id, node->id);
	return id;
}

/* NULL above the first. */
static inline struct cgroup *cgroup_above(struct cgroup *cgroup)
{
	PEEK(cgroup, cgroup->self.parent); /* a cgroup begins with the part that points to the one above */
	return cgroup;
}
