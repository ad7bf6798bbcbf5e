/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* An access that is decided about, and what happens to one that is denied. */
#pragma once

#include "../lib/count.h"
#include "../lib/directories.h"
#include "../lib/path.h"
#include "../lib/verifier.h"
#include "maps.h"
#include "policies.h"

#define KILL  9
#define STEPS 128 /* how many directories and mounts of a path are shown */

/* How an operation is called in events. */
struct operation {
	char name[12];
};
#define OPERATION(name) ((struct operation){name})

struct attempt {
	struct operation operation;
	u32 wanted; /* ACCESS_* */

	/* How it is reported: by its dentry and mount (NULL: not known), or, where only that is seen, by the string. */
	struct dentry *dentry;
	struct vfsmount *mnt;
	const char *string;

	/* What decides. */
	struct dentry *named; /* whose name and directory count; NULL: neither does */
	struct inode *inode;  /* NULL: there is no file yet */
	u32 by_directory;     /* denied by the directories above: hooks ask for that first (match_directory) */
	u32 by_string;	      /* denied by the string's last component */
};

/* Both are in block.c. */
static inline u32 decide(struct settings *s, const struct attempt *a);
static inline void report(void *ctx, const struct attempt *a, const char *outcome);

/* An event in the making. Programs on these hooks can be preempted, so it belongs to the task and not to the CPU. */
struct slot {
	struct data_t event;
	char behind[NAME_BYTES]; /* see lib/text.h */
	UNTRACKED u32 at;	 /* where the path begins; else the verifier follows each value */
};
BPF_ARRAY(blank, struct slot, 1);
BPF_HASH(slots, u64, struct slot, 256);

/* A slot that is all zero, to be given back by put_slot; NULL: the event is lost. */
static inline struct slot *get_slot(void)
{
	u64 task = bpf_get_current_pid_tgid();
	int zero = 0;
	struct slot *b = blank.lookup(&zero);

	if (!b || slots.update(&task, b) < 0) {
		count(COUNTER_LOST);
		return NULL;
	}
	return slots.lookup(&task);
}

static inline void put_slot(void)
{
	u64 task = bpf_get_current_pid_tgid();

	slots.delete(&task);
}

/* Writes the file's name into the event, and returns its length with the NUL. */
static inline u64 put_file(struct slot *s, const struct attempt *a)
{
	char *name = s->event.fname;
	u64 begin, used;

	if (a->string)
		return bpf_probe_read_kernel_str(name, sizeof(s->event.fname), a->string);
	s->at = TEXT_BYTES - 1;
	if (put_path(name, &s->at, a->dentry, a->mnt, STEPS) == PATH_CUT)
		count(COUNTER_CUT);
	begin = s->at;
	used = TEXT_BYTES - begin;
	BOUND(used, TEXT_BYTES);
	BOUND(begin, TEXT_BYTES);
	bpf_probe_read_kernel(name, used, name + begin);
	return used;
}

/*
 * Does what the rules say to an access, and reports it. Returns what the hook returns: 0, or a negative error, of which
 * `error` is the positive; 0 where the hook can't refuse. UNKNOWN accesses are only denied, not killed, if the hook can
 * deny.
 */
static inline long deny(void *ctx, struct settings *s, const struct attempt *a, u32 denied, u64 error)
{
	struct verdict v = verdict_of(s, denied, error);
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	char outcome[24] = "denied.";

	if (!v.denied) {
		__builtin_memcpy(outcome, "allowed (audit).", 17);
		v.error = 0;
	} else if (s->dry_run) {
		__builtin_memcpy(outcome, "would be denied.", 17);
		v.error = 0;
	} else if (v.kills && pid != 1 && bpf_send_signal(KILL) == 0) {
		__builtin_memcpy(outcome, "killed.", 8);
	} else if (!v.error) {
		__builtin_memcpy(outcome, "not denied.", 12);
	}
	if (s->mode == MODE_ENFORCE) {
		if (POLICIES && v.audited)
			count_outcome(OUTCOME_AUDITED);
		if (v.denied)
			count_outcome(outcome[0] == 'n' ? OUTCOME_FAILED : OUTCOME_DENIED);
		if (v.denied && denied & UNKNOWN)
			count_outcome(OUTCOME_UNKNOWN);
		report(ctx, a, outcome);
	}
	return negative(v.error);
}

/* 0, or a negative error. __noinline: compiled once, and not in each program again. */
static __noinline long check(void *ctx, struct settings *s, const struct attempt *a, u64 error)
{
	u32 denied = decide(s, a);

	return denied ? deny(ctx, s, a, denied, error) : 0;
}
