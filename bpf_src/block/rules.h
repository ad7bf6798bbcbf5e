/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The maps by which bccwatch and block.c communicate. `names` has a rule each, whose value is the ACCESS_* that it
 * denies, `files`, `dirs` and `devices` what lib/targets.h says; `except_uids`, `except_comms`, `except_paths` (names
 * in directories) and `except_exes` (by the address of the inode, which bccwatch keeps in memory) the exceptions;
 * `settings` and `learned` have one entry.
 */
#pragma once

#include "../lib/target.h"

enum {
	MODE_LEARN,   /* bccwatch's own opens are refused, and written to `learned`; no other process is affected */
	MODE_CANARY,  /* its child's opens are denied, whatever they open, which proves that the hook works */
	MODE_ENFORCE, /* the rules hold */
};

/* Values of except_exes: when the inode counts. */
enum {
	EXCEPT_BEFORE = 1, /* for processes that executed it before the start: others are known by except_paths */
	EXCEPT_ALWAYS = 2  /* it is mounted over its path */
};

struct settings {
	__u32 mode;
	__u32 self;	   /* bccwatch's process */
	char own_comm[16]; /* by which bccwatch's opens are recognised in the first two modes */
	__u32 access;	   /* ACCESS_* that any rule denies */
	__u32 error;	   /* what an access is refused with: EACCES; 0: it is not refused */
	__u32 kill;	   /* SIGKILL, too */
	__u32 dry_run;	   /* only reported */
	__u32 learning;	   /* bccwatch opens what it is to learn; also while the rules hold */
	__u32 frozen;	   /* nothing is created or moved below a directory of dirs */
	__u64 started;	   /* when programs began to be known by their execve(2): CLOCK_MONOTONIC, ns; 0: not yet */
	__u64 self_began;  /* when bccwatch's process did, likewise, where it is pinned; 0: not known yet */
	__u64 canary;	   /* the address of the inode by which bccwatch tries whether it is denied; 0: there is none */
	__u32 generation;  /* of the rules, where it is pinned */
	__u32 unused;
};

/*
 * What bccwatch opened, and how many such opens there have been since it set this to zero: an overlay opens the file of
 * a layer after its own, which is the first.
 */
struct learned {
	struct file_id file;
	__u64 inode; /* its address */
	__u64 count;
	__u64 began;   /* when the process did that opened it, as settings.self_began */
	__u32 process; /* its number */
	__u32 unused;
};

/* Entries of the map `outcomes`, BPF_PERCPU_ARRAY(outcomes, __u64, OUTCOMES). */
enum {
	OUTCOME_DENIED,	   /* accesses that were refused, killed, or in a dry run would have been */
	OUTCOME_UNKNOWN,   /* denied, since it could not be determined whether they are below a directory of dirs */
	OUTCOME_FAILED,	   /* that should have been denied, and could not be */
	OUTCOME_MOVED,	   /* directories that got another name below one of dirs while the rules were learned */
	OUTCOME_UNLEARNED, /* files that are to be protected from now on, for which the map had no room */
	OUTCOME_UNPLACED,  /* directories that a rule waited for, for which a map had no room */
	OUTCOMES
};

_Static_assert(sizeof(struct settings) == 80, "the same on both sides");
_Static_assert(sizeof(struct learned) == 48, "the same on both sides");
