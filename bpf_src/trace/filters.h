/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Which events are wanted: by the process (is_wanted_process), by what came of it (is_shown), by its
 * path: trace/path_filter.h; by the file: trace/watched.h. bccwatch fills the maps; what it does not define by -D costs
 * nothing.
 */
#pragma once

#include <linux/version.h>

#include "../lib/cgroup.h"

#include "../lib/identity.h"
#include "../lib/tree.h"
#include "../lib/wanted.h"
#include "options.h"
#include "path_filter.h"
#include "process.h"
#include "slot.h"

#define CGROUP_LEVELS 16
#define ACCESS_MODE   3 /* O_ACCMODE */

#if FILTER_NOT_UID
BPF_HASH(not_uids, u32, u32, 1);
#endif
#if FILTER_NOT_COMM
struct comm {
	char name[16];
};
BPF_HASH(not_comms, struct comm, u32, 1);
#endif
#if FILTER_EXE
BPF_HASH(exes, struct file_id, u32, 1);
#endif
#if FILTER_NOT_EXE
BPF_HASH(not_exes, struct file_id, u32, 1);
#endif
#if FILTER_CGROUP
BPF_HASH(cgroups, u64, u32, 1024);
#endif
#if LEARNS
BPF_ARRAY(own_open, struct own_open, 1);
#endif

static inline bool has_own_comm(struct filter *f)
{
	u64 comm[2] = {}, own[2];

	bpf_get_current_comm(&comm, sizeof(comm));
	__builtin_memcpy(own, f->own_comm, sizeof(own));
	return comm[0] == own[0] && comm[1] == own[1];
}

/* bccwatch's own process. Before it knows its number, it is recognised by its comm. */
static inline bool is_bccwatch(struct filter *f)
{
	return f->self ? bpf_get_current_pid_tgid() >> 32 == f->self : has_own_comm(f);
}

static inline bool is_opener(struct filter *f)
{
	return bpf_get_current_pid_tgid() >> 32 == f->opener;
}

#if FILTER_EXE || FILTER_NOT_EXE
static inline void identify_exe(struct file_id *id)
{
	struct file *exe = exe_of((struct task_struct *)bpf_get_current_task());
	struct inode *inode = NULL;

	PEEK(inode, exe->f_inode);
	identify(inode, id);
}
#endif

#if FILTER_CGROUP
/* The process's cgroup, or those above it, are of each kind that is asked for. */
static inline bool is_in_cgroups(struct filter *f)
{
	struct cgroup *cgroup = current_cgroup();
	u32 kinds = 0;

	for (int i = 0; i < CGROUP_LEVELS && cgroup; i++) {
		u64 id = cgroup_id(cgroup);
		u32 *found = cgroups.lookup(&id);

		kinds |= found ? *found : 0;
		HIDE_FROM_VERIFIER(kinds);
		cgroup = cgroup_above(cgroup);
	}
	return kinds == f->cgroup_kinds;
}
#endif

/* By what they run, as whom, by what name. */
static inline bool is_of_those_left_out(void)
{
#if FILTER_NOT_UID
	u32 uid = bpf_get_current_uid_gid();

	if (not_uids.lookup(&uid))
		return true;
#endif
#if FILTER_NOT_COMM
	struct comm comm = {};

	bpf_get_current_comm(&comm, sizeof(comm));
	if (not_comms.lookup(&comm))
		return true;
#endif
#if FILTER_NOT_EXE
	struct file_id exe = {};

	identify_exe(&exe);
	if (not_exes.lookup(&exe))
		return true;
#endif
	return false;
}

static inline bool is_wanted_process(void)
{
	struct filter *f = get_filter();

	if (!f || is_bccwatch(f) || (LEARNS && is_opener(f)) || !is_wanted() || is_of_those_left_out())
		return false;
	if (FILTER_TID && (u32)bpf_get_current_pid_tgid() != f->tid)
		return false;
	if (FILTER_MNT_NS && mount_namespace_of((struct task_struct *)bpf_get_current_task()) != f->mnt_ns)
		return false;
	if (!is_in_tree())
		return false;
#if FILTER_EXE
	struct file_id id = {};

	identify_exe(&id);
	if (!exes.lookup(&id))
		return false;
#endif
#if FILTER_CGROUP
	return is_in_cgroups(f);
#else
	return true;
#endif
}

/* Is the event wanted for what it says? */
static inline bool is_shown(struct slot *s)
{
	struct data_t *d = &s->event;
	struct filter *f = get_filter();

	if (!f)
		return false;
	if (FILTER_FAILED && d->result >= 0)
		return false;
	if (FILTER_ERROR && d->result != -(s64)f->error)
		return false;
	if (FILTER_WRITES && ((d->op == OP_OPEN && !(d->flags & ACCESS_MODE)) || d->op == OP_STAT || d->op == OP_EXEC))
		return false;
	if (FILTER_FLAGS &&
	    (d->op != OP_OPEN || !(d->flags & f->flags || f->access_modes >> (d->flags & ACCESS_MODE) & 1)))
		return false;
	if (FILTER_LATENCY && d->latency < f->min_latency)
		return false;
	if (FILTER_BYTES && ((d->op != OP_READ && d->op != OP_WRITE) || d->bytes < (s64)f->min_bytes))
		return false;
	return has_wanted_path(s, f);
}
