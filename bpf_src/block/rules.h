/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The maps by which bccwatch and block.c communicate. `names` has a rule each, whose value is the ACCESS_* that it
 * denies, `files`, `dirs` and `devices` what lib/targets.h says; where rules have an action or subjects of their own
 * (POLICIES), a bit for each policy stands in place of ACCESS_*, and `policies` says what they are. `uids`, `gids`,
 * `comms`, `cgroups`, `children`, `exe_paths` (names in directories) and `exes` (by the address of the inode, which
 * bccwatch keeps in memory) say which subjects a policy names. `settings`, `learned` and `policies` have one entry.
 */
#pragma once

#include "../lib/target.h"

enum {
	MODE_LEARN,   /* bccwatch's own opens are refused, and written to `learned`; no other process is affected */
	MODE_CANARY,  /* its child's opens are denied, whatever they open, which proves that the hook works */
	MODE_ENFORCE, /* the rules hold */
};

/* Bits of policies. The exceptions of the command line are EXCEPT_FROM_ALL. */
struct subject {
	__u32 except; /* those that do not hold for the subject */
	__u32 only;   /* those that hold for it and no others but those that are named, too */
};
#define EXCEPT_FROM_ALL 0xffffffff

/* A value of exes. */
struct exe {
	struct subject subject;
	__u32 always; /* it is mounted over its path; else it counts for processes that executed it before the start,
			 and others are known by exe_paths */
	__u32 unused;
};

enum { POLICIES_MAX = 31, ACCESSES = 18 };

/* Sets of policies, a bit each; the last bit is UNKNOWN. The lowest of those that match decides. */
struct policies {
	__u32 of_access[ACCESSES]; /* by the number of an ACCESS_*: those that concern it */
	__u32 of_ancestor_rename;  /* likewise, of a directory above the object */
	__u32 of_ancestor_mount;
	__u32 beneath;	      /* those of directories */
	__u32 only;	      /* those that hold for subjects that are named, and no others */
	__u32 only_cgroups;   /* of these, those that name cgroups, units or containers */
	__u32 only_processes; /* likewise, programs or the children of a process */
	__u32 audit;	      /* what they concern is allowed, and reported */
	__u32 kill;
	__u32 errors[POLICIES_MAX + 1]; /* by a policy's number */
	__u32 processes_missed;		/* there was no room for one: each may be one that only_processes name */
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
	__u32 above;   /* what stands at the directories above the file, as in dirs */
};

/* Entries of the map `outcomes`, BPF_PERCPU_ARRAY(outcomes, __u64, OUTCOMES). */
enum {
	OUTCOME_DENIED,	   /* accesses that were refused, killed, or in a dry run would have been */
	OUTCOME_UNKNOWN,   /* denied, since it could not be determined whether they are below a directory of dirs */
	OUTCOME_FAILED,	   /* that should have been denied, and could not be */
	OUTCOME_AUDITED,   /* accesses that were allowed, and reported, as an audit rule says */
	OUTCOME_MOVED,	   /* directories that got another name below one of dirs while the rules were learned */
	OUTCOME_UNLEARNED, /* files that are to be protected from now on, for which the map had no room */
	OUTCOME_UNPLACED,  /* directories that a rule waited for, for which a map had no room */
	OUTCOMES
};

_Static_assert(sizeof(struct settings) == 80, "the same on both sides");
_Static_assert(sizeof(struct learned) == 48, "the same on both sides");
_Static_assert(sizeof(struct subject) == 8, "the same on both sides");
_Static_assert(sizeof(struct exe) == 16, "the same on both sides");
_Static_assert(sizeof(struct policies) == 236, "the same on both sides");
