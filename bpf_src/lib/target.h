/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The entries of the maps of lib/targets.h: the files that block protects and trace watches. */
#pragma once

#include "file_id.h"

/* What is denied to whom it concerns. Each operation wants one or some of them. */
enum {
	ACCESS_READ = 1 << 0,	  /* an open for reading */
	ACCESS_WRITE = 1 << 1,	  /* an open for writing */
	ACCESS_EXEC = 1 << 2,	  /* an open to execute it */
	ACCESS_CREATE = 1 << 3,	  /* a file, by an open */
	ACCESS_TRUNCATE = 1 << 4, /* by its path, or as it is opened */
	ACCESS_RESIZE = 1 << 5,	  /* truncate by a descriptor */
	ACCESS_REPLACE = 1 << 6,  /* put another file at its name: by a rename, a link, a symlink, a directory */
	ACCESS_DELETE = 1 << 7,	  /* unlink or rmdir */
	ACCESS_RENAME = 1 << 8,	  /* take it away from its name */
	ACCESS_LINK = 1 << 9,	  /* give a file this name, a hard link */
	ACCESS_LINK_TO = 1 << 10, /* give it another name, a hard link */
	ACCESS_SYMLINK = 1 << 11, /* create one of this name */
	ACCESS_MKDIR = 1 << 12,
	ACCESS_MKNOD = 1 << 13,
	ACCESS_ATTR = 1 << 14, /* change mode, owner, times, extended attributes, ACL, flags */
	ACCESS_STAT = 1 << 15, /* stat, access, readlink */
	ACCESS_MMAP = 1 << 16,
	ACCESS_MOUNT = 1 << 17, /* mount on it */
	ACCESS_ANY = (1 << 18) - 1
};

#define UNKNOWN	 0x80000000 /* beside ACCESS_*: it could not be determined */
#define ALL_BITS 0xffffffff /* the same, and whatever else there may be */

/* A protected file, or a directory with all that is below it. */
struct protection {
	__u64 inode; /* its address in memory, or PROTECTION_* */
	__u32 access;
	__u32 owner; /* whose share it is of (lib/shares.h): the user + 1; 0: nobody's */
};

/* Entries of the map `room`: how many entries the users but root may have for what is learned, and have. */
enum { ROOM_LIMIT /* 0: there is no limit */, ROOM_TAKEN, ROOMS };

enum {
	PROTECTION_STAYS,  /* a rule's, or of several files at once: it stays when a file is removed */
	PROTECTION_EVICTED /* it has left memory since: its number alone identifies it, also when it is removed */
};

/* A name in a directory; in any directory where parent is all zero. */
struct name_key {
	struct file_id parent;
	char name[256]; /* NUL-padded */
};

/* The map `name_bits`, a Bloom filter, has so many numbers of 64 bits: at 65,536 names an eighth of its bits is set. */
enum { NAME_BITS_LONGS = 8192 };

/* The number of the bit that stands for a key of `names`. Others may have the same one. */
static inline __u32 name_bit(const struct name_key *key)
{
	__u64 hash = key->parent.ino ^ (__u64)key->parent.dev << 32, longs[4];

	__builtin_memcpy(longs, key->name, sizeof(longs));
	for (int i = 0; i < 4; i++) {
		hash = (hash ^ longs[i]) * 0x9e3779b97f4a7c15; /* 2^64 divided by the golden ratio */
		hash ^= hash >> 32;
	}
	return hash % (64 * NAME_BITS_LONGS);
}

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
