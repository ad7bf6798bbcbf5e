/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The values that a program of bpf_src/ filters by: entry 0 of the map `filter`, BPF_ARRAY(filter, struct filter,
 * 1), which bccwatch fills. Which of them count is decided at compile time by -D FILTER_PID, FILTER_UID,
 * FILTER_COMM, ..., so that a filter that is not used costs nothing.
 */
#pragma once

#include <linux/types.h>

#include "file_id.h"

enum { GLOB_BYTES = 64 };

/* What a text that matches a glob begins and ends with: its bytes up to the first and from behind the last wildcard. */
struct glob_ends {
	char prefix[GLOB_BYTES]; /* prefix_len bytes count, as many of the suffix's last */
	char suffix[GLOB_BYTES]; /* its bytes at the end of the array, zero before them */
	__u32 prefix_len;
	__u32 suffix_len;
	__u64 infix; /* what stands between two wildcards: up to 8 bytes, the last one lowest */
	__u64 infix_mask;
};

/* An entry of the array `not_paths`: paths that begin so are left out. */
struct not_path {
	char prefix[GLOB_BYTES];
	__u32 prefix_len; /* less than GLOB_BYTES; 0: an entry that is not used */
	__u32 is_whole;	  /* 1: a slash follows, or nothing */
};

enum { NOT_PATHS_MAX = 8 };

struct filter {
	__u32 pid;	    /* FILTER_PID: a process (a thread group) */
	__u32 uid;	    /* FILTER_UID */
	__u64 comm[2];	    /* FILTER_COMM: the text that comm contains, its bytes from the lowest on, zero behind it */
	__u64 comm_mask[2]; /* 0xff for each byte of the text */
	__u32 tid;	    /* FILTER_TID */
	__u32 mnt_ns;	    /* FILTER_MNT_NS: the namespace's inode number */
	__u32 self;	    /* bccwatch's own process, which is never shown */
	__s32 error;	    /* FILTER_ERROR: a positive errno; FILTER_FAILED: any */
	__u32 own_mnt_ns;   /* bccwatch's mount namespace */
	__u32 flags;	    /* FILTER_FLAGS: an open has one of these (O_*), */
	__u32 access_modes; /* or one of these ways to open: a bit for each value of O_ACCMODE */
	__u32 opener;	    /* the process that searches directories for bccwatch, never shown; 0: none */
	__u64 min_latency;  /* FILTER_LATENCY: ns */
	__u64 min_bytes;    /* FILTER_BYTES */
	char own_comm[16];  /* bccwatch's, by which it is recognised while `self` is 0 */
	struct file_id own_root; /* FILTER_FILE: bccwatch's root directory */
	__u32 cgroup_kinds;	 /* FILTER_CGROUP: a bit for each kind, in one of whose cgroups the process must be */
	__u32 unused;
	struct glob_ends name; /* FILTER_NAME: of the last component */
	struct glob_ends path; /* FILTER_PATH: of the whole path */
};

/* What the entries of the map `dirs` have in `access`: the directory is watched, or only a name in it (in `names`). */
enum { WATCHED = 1, HOLDS_WATCHED_NAME = 2 };

/* Entry 0 of the map `own_open`: what bccwatch opened last, by which it learns what a path is to the kernel. */
struct own_open {
	struct file_id file;
	__u32 process; /* bccwatch's own number, as the kernel counts */
	__u32 count;   /* of opens since it was set to 0 */
};

_Static_assert(sizeof(struct filter) == 128 + 2 * 152, "the same on both sides");
