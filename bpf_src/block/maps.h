/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The maps that bccwatch fills and reads (block/rules.h). */
#pragma once

#include "../lib/targets.h"
#include "../lib/verifier.h"
#include "options.h"
#include "rules.h"

struct comm {
	char name[16];
};

#if PINNED
BPF_RINGBUF_OUTPUT(events, 256); /* pages; a perf buffer would be gone with the process that reads it */
#else
BPF_PERF_OUTPUT(events);
#endif
BPF_PERCPU_ARRAY(outcomes, u64, OUTCOMES);
BPF_ARRAY(settings, struct settings, 1);
BPF_ARRAY(learned, struct learned, 1);

/* Whom policies name, and whom the command line excepts. bccwatch makes these as large as the rules need. */
BPF_HASH(uids, u32, struct subject, 1);
BPF_HASH(gids, u32, struct subject, 1);
BPF_HASH(comms, struct comm, struct subject, 1);
BPF_HASH(exes, u64, struct exe, 1);
BPF_HASH(exe_paths, struct name_key, struct subject, 1);
BPF_HASH(cgroups, u64, struct subject, 1);
#if BY_CGROUP
/* When they were made, of which bccwatch does not know yet what they are; of 0, whether there was no room for some. */
BPF_HASH(new_cgroups, u64, u64, 4096);
#endif
#if POLICIES
BPF_ARRAY(policies, struct policies, 1);
#endif

#if BY_ANCESTOR
BPF_HASH(ancestors, struct file_id, u32, 1);
#endif

/* What a map says of the current process, beside all else that is known of it. */
static inline void add_subject(struct subject *all, const struct subject *found)
{
	if (!found)
		return;
	all->except |= found->except;
	all->only |= found->only;
	HIDE_FROM_VERIFIER(all->except); /* else it follows each combination of subjects */
	HIDE_FROM_VERIFIER(all->only);
}

static inline void count_outcome(int outcome)
{
	u64 *n = outcomes.lookup(&outcome);

	if (n)
		__sync_fetch_and_add(n, 1);
}

/* NULL while the rules do not hold yet. */
static inline struct settings *enforced(void)
{
	int zero = 0;
	struct settings *s = settings.lookup(&zero);

	return s && s->mode == MODE_ENFORCE ? s : NULL;
}

/* Of its process: CLOCK_MONOTONIC, ns. */
static inline u64 process_began(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task(), *leader = NULL;
	u64 began = 0;

	PEEK(leader, task->group_leader);
	PEEK(began, leader->start_time);
	return began;
}

/* A pinned program outlives bccwatch, whose number another process gets one day. */
static inline bool is_bccwatch(struct settings *s)
{
	if (bpf_get_current_pid_tgid() >> 32 != s->self)
		return false;
	return !PINNED || !s->self_began || process_began() == s->self_began;
}

#if PINNED
static inline u32 generation_of_rules(void)
{
	struct settings *s = enforced();

	return s ? s->generation : 0;
}
#endif
