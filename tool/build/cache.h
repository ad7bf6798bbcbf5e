/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images that were compiled before, in BW_STORE/images. A program that is known does not meet the compiler.
 * What is found there is used only if it is this user's alone and whole, and all that it was made from is unchanged.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "build/source.h"
#include "program/image.h"

enum { BW_CACHE_KEY = 65 };

/*
 * The name of source's image here: a digest of the source, its flags, the kernel, this program and its compiler, which
 * is the file `compiler`. 0 or -errno.
 */
int bw_cache_key(const struct bw_source *source, const char *compiler, char key[BW_CACHE_KEY]);

/*
 * Takes the image of that key out of the cache; shows, under -v, what the compiler said of it. 0, or -ENOENT if it is
 * not there or no longer right; one that is damaged or not to be trusted is removed. Speaks under -v only.
 */
int bw_cache_find(const char *key, struct bw_image *image);

/* The parts of an entry. */
struct bw_cache_part {
	const void *bytes;
	size_t len;
};

struct bw_cache_entry {
	struct bw_cache_part path; /* of the source, for --list */
	struct bw_cache_part depends, words, image;
};

/*
 * Keeps an image, and removes the ones used longest ago where all together are larger than BW_CACHE_MAX. A failure
 * is told under -v only: the run does without.
 */
void bw_cache_keep(const char *key, const struct bw_cache_entry *entry);

enum { BW_CACHE_MAX = 64 << 20 /* bytes */ };

struct bw_cache_info {
	const char *key, *path;
	uint64_t size;
	time_t used; /* last */
};

/* Calls fn for each image, the one used last first. 0 or -errno, reported on stderr. */
int bw_cache_each(void (*fn)(void *cookie, const struct bw_cache_info *info), void *cookie);

/* Removes them all. How many, or -errno, reported on stderr. */
int bw_cache_clear(void);
