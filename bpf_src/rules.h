/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What bccwatch and block.c say to each other. Its maps: `names` (a rule each, whose value is the ACCESS_* that it is
 * about), `files` and `dirs` (struct guarded), `devices` (those that have a folder of dirs), `except_uids`,
 * `except_comms`, `except_exes` (by the address of the inode, which bccwatch keeps in memory), and, with one entry,
 * `settings` and `learned`.
 */
#pragma once

#include <linux/types.h>

enum { ACCESS_READ = 1, ACCESS_WRITE = 2, ACCESS_EXEC = 4, ACCESS_ANY = 7 };

/* A file as the kernel itself names it; stat(2) tells other numbers on btrfs and overlayfs. */
struct file_id {
	__u64 ino;
	__u32 dev; /* the superblock's */
	__u32 generation;
};

/* A file, or a folder with all beneath it. */
struct guarded {
	__u64 inode; /* its address in memory, or GUARDED_* */
	__u32 access;
	__u32 unused;
};

enum {
	GUARDED_STAYS,	/* a rule's, or of several files at once: what is removed takes nothing away */
	GUARDED_EVICTED /* it has left memory since: only its number tells which it is, also when it is removed */
};

/* A name in a folder; in any folder where parent is all zero. */
struct name_key {
	struct file_id parent;
	char name[256]; /* NUL-padded */
};

enum {
	MODE_LEARN,   /* bccwatch's own opens are refused, and told of in `learned`; nobody else is touched */
	MODE_CANARY,  /* its child's opens are stopped, whatever they open: so it knows that this works */
	MODE_ENFORCE, /* the rules hold */
};

struct settings {
	__u32 mode;
	__u32 self;	/* bccwatch's process */
	char hello[16]; /* the comm by which bccwatch makes itself known, in the first two modes */
	__u32 access;	/* ACCESS_* that the rules are about */
	__u32 error;	/* what an access is refused with: EACCES; 0: it is not refused */
	__u32 kill;	/* SIGKILL, too */
	__u32 dry_run;	/* only told */
	__u32 learning; /* bccwatch opens what it is to learn; also while the rules hold */
	__u32 frozen;	/* nothing is created or moved beneath a folder of dirs */
	__u64 started;	/* when programs began to be known by their execve(2): CLOCK_MONOTONIC, ns; 0: not yet */
};

/*
 * What bccwatch opened, and how many such opens there have been since it set this to zero: an overlay opens the file of
 * a layer behind its own, which is the first.
 */
struct learned {
	struct file_id file;
	__u64 inode; /* its address */
	__u64 count;
	__u32 process; /* the one that opened it */
	__u32 unused;
};

/* Entries of the map `judged`, BPF_PERCPU_ARRAY(judged, __u64, JUDGED). */
enum {
	JUDGED_STOPPED,	  /* accesses that were refused, killed, or in a dry run would have been */
	JUDGED_UNKNOWN,	  /* refused, since it could not be told whether they are beneath a folder of dirs */
	JUDGED_FAILED,	  /* that should have been stopped, and could not be */
	JUDGED_MOVED,	  /* folders that got another name beneath one of dirs while the rules were learned */
	JUDGED_UNLEARNED, /* files that are to be guarded from now on, and found no place in the map */
	JUDGED
};

_Static_assert(sizeof(struct file_id) == 16, "the same on both sides");
_Static_assert(sizeof(struct guarded) == 16, "the same on both sides");
_Static_assert(sizeof(struct name_key) == 272, "the same on both sides");
_Static_assert(sizeof(struct settings) == 56, "the same on both sides");
_Static_assert(sizeof(struct learned) == 40, "the same on both sides");
