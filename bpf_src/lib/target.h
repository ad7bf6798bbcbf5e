/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The entries of the maps of lib/targets.h: the files that block protects and trace watches. */
#pragma once

#include "file_id.h"

enum { ACCESS_READ = 1, ACCESS_WRITE = 2, ACCESS_EXEC = 4, ACCESS_ANY = 7 };

/* A protected file, or a directory with all that is below it. */
struct protection {
	__u64 inode; /* its address in memory, or PROTECTION_* */
	__u32 access;
	__u32 unused;
};

enum {
	PROTECTION_STAYS,  /* a rule's, or of several files at once: it stays when a file is removed */
	PROTECTION_EVICTED /* it has left memory since: its number alone identifies it, also when it is removed */
};

/* A name in a directory; in any directory where parent is all zero. */
struct name_key {
	struct file_id parent;
	char name[256]; /* NUL-padded */
};

/* What comes to be at a name, on the way to a path that does not exist yet. 0: nothing is done. */
struct step {
	__u32 node;	 /* a directory has this number */
	__u32 directory; /* ACCESS_* of all below it */
	__u32 file;	 /* ACCESS_* of a file there */
	__u32 unused;
};

_Static_assert(sizeof(struct step) == 16, "the same on both sides");
_Static_assert(sizeof(struct protection) == 16, "the same on both sides");
_Static_assert(sizeof(struct name_key) == 272, "the same on both sides");
