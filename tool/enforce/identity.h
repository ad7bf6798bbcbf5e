/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file is to the kernel (struct file_id), as the BPF program reads it, and writing it to the program's maps.
 * While the program is in MODE_LEARN bccwatch opens a file, and the program refuses that open (where it can, so that it
 * has no effect on a device or a FIFO) and notes which file it was. All functions return 0 or -errno: -E2BIG, silently,
 * where a map is full.
 */
#pragma once

#include "enforce/enforcement.h"

/* A file that is kept in the kernel's memory. */
struct bw_identity_held {
	int fd;
	struct learned learned;
};

/* The settings with which this program begins. Reports what fails. */
int bw_identity_begin(struct bw_enforcement *enforcement, const struct bw_loaded *loaded);

/* Finds out this process's number as the kernel counts, also in a PID namespace. Reports what fails. */
int bw_identity_learn_self(struct bw_enforcement *enforcement);

/*
 * The same for a pinned program that enforces its rules, as it was loaded by a process that is gone: from here on this
 * process is the one that they do not hold for.
 */
int bw_identity_adopt(struct bw_enforcement *enforcement, const struct bw_loaded *loaded);

/* A descriptor (O_PATH) for the following two, symlinks followed; the caller's. */
int bw_identity_open(const char *path);

/*
 * Which file it is. `file` is a descriptor that may be open with O_PATH. -EOPNOTSUPP: a character device, where the
 * hook can't refuse that it is opened.
 */
int bw_identity_learn(struct bw_enforcement *enforcement, int file, struct learned *learned);

/*
 * The same; and the file stays in the kernel's memory until bw_identity_free, so that its address there stays its own:
 * some file systems give a file that has left memory another number. Takes the descriptor, in either case.
 */
int bw_identity_hold(struct bw_enforcement *enforcement, int file, struct learned *learned);
void bw_identity_free(struct bw_enforcement *enforcement);

/* What the program noted: clear it, read it. */
int bw_identity_clear(struct bw_enforcement *enforcement);
int bw_identity_read(struct bw_enforcement *enforcement, struct learned *learned);

/* Writes the settings, with this MODE_*. */
int bw_identity_mode(struct bw_enforcement *enforcement, uint32_t mode);

/* Writes a key, of the size that the map has, with the accesses (ACCESS_*) that are denied; maps of sets ignore them.
 */
int bw_identity_put(struct bw_enforcement *enforcement, const char *map, const void *key, uint32_t access);

/* The same; what other rules have put there stays. */
int bw_identity_add(struct bw_enforcement *enforcement, const char *map, const void *key, uint32_t access);

/* Likewise a subject, in maps whose value is one or begins with one, which `value` is then. */
int bw_identity_add_subject(struct bw_enforcement *enforcement, const char *map, const void *key, const void *value);

/* Writes a value to a key. Reports what fails, but for -E2BIG. */
int bw_identity_put_value(struct bw_enforcement *enforcement, const char *map, const void *key, const void *value);

/* The descriptor of the map of that name; or -ENOENT, reported. */
int bw_identity_map(const struct bw_enforcement *enforcement, const char *name);

/* Writes the file to `files` or `dirs`, with what is denied: until it is removed or, where it is held, for good. */
int bw_identity_protect(struct bw_enforcement *enforcement, const char *map, const struct learned *learned, bool held,
			uint32_t access);
