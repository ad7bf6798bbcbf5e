/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What the numbers in an event of trace.c mean: for the programs, and for bccwatch, which prints them by name. */
#pragma once

#include <linux/types.h>

/* What happens to a file: `op`. bccwatch defines OPS as those that are asked for, 1 << OP_* each. */
#define OP_OPEN	     0
#define OP_CREATE    1 /* no event's: an open that creates is an open with CREATED */
#define OP_READ	     2
#define OP_WRITE     3
#define OP_CLOSE     4
#define OP_DELETE    5
#define OP_RENAME    6
#define OP_LINK	     7
#define OP_TRUNCATE  8
#define OP_ATTR	     9
#define OP_MKDIR     10
#define OP_MKNOD     11
#define OP_FALLOCATE 12
#define OP_MMAP	     13
#define OP_EXEC	     14
#define OP_STAT	     15
#define OPS_COUNT    16

/* Which fields have a value, and what else there is to say of an event: `marks`. */
enum {
	HAS_RESULT = 1,
	HAS_BYTES = 1 << 1,
	HAS_OFFSET = 1 << 2,
	HAS_LATENCY = 1 << 3,
	HAS_FLAGS = 1 << 4,
	HAS_MODE = 1 << 5,
	HAS_FILE = 1 << 6,	/* dev, ino, type */
	CREATED = 1 << 7,	/* the open created the file */
	REPLACED = 1 << 8,	/* the rename replaced a file */
	ASYNC = 1 << 9,		/* the result comes later, and is not seen */
	DIRECTORY = 1 << 10,	/* `path` is where the lookup of `filename` began: the lookup failed, or was not seen */
	TO_DIRECTORY = 1 << 11, /* likewise, `to` and `to_filename` */
	DELETED = 1 << 12,	/* the file has no name any more: the path is its last one */
	OTHER_MOUNTS = 1 << 13, /* the path begins at the root of a mount that is not in bccwatch's mount namespace */
	EXE_DELETED = 1 << 14,	/* the program that the process runs has no name any more */
	OTHER_ROOT = 1 << 15	/* with DIRECTORY: the process has another root than bccwatch, as a container's has */
};

/* `flags` of OP_MMAP: PROT_* in the lowest byte, MAP_SHARED and MAP_PRIVATE above it. Of OP_OPEN: O_*. Of OP_RENAME:
 * RENAME_*. Of OP_FALLOCATE: FALLOC_FL_*. Of those below: what it is. */
#define FLAGS_MAP_SHIFT 8
enum { DELETE_FILE, DELETE_DIRECTORY };
enum { LINK_HARD, LINK_SYMBOLIC };
enum { ATTR_KIND_MODE, ATTR_KIND_OWNER, ATTR_KIND_TIMES, ATTR_KIND_XATTR, ATTR_KIND_FLAGS };
enum { STAT_STAT, STAT_ACCESS, STAT_READLINK };

/* A text of an event: `len` bytes, without a NUL, from byte `at` of the event's last field on; no text: len is 0. */
struct text_at {
	__u16 at;
	__u16 len;
};
