/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images that were compiled before, in BW_CACHE_DIR_PATH/images. An entry is used only if it is this user's alone and
 * whole, and all that it was made from is unchanged.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "build/cache_entry.h"
#include "build/source.h"
#include "program/image.h"

enum { BW_CACHE_KEY = 65 };

/*
 * The name of source's image here: a digest of the source, its flags, the kernel, this program and its compiler, which
 * is the file `compiler`. 0 or -errno.
 */
int bw_cache_key(const struct bw_source *source, const char *compiler, char key[BW_CACHE_KEY]);

/*
 * Reads the image of that key, the caller's, for bw_image_free; prints, under -v, the compiler's output of then. 0, or
 * -ENOENT if there is none or it is outdated; a damaged or untrusted one is removed. Reports under -v only.
 */
int bw_cache_find(const char *key, struct bw_image *image);

/*
 * Keeps an image, and removes those used longest ago while all together are larger than BW_CACHE_MAX. A failure is
 * reported under -v only: the run does without.
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

/* Removes all images. Returns how many, or -errno, reported on stderr. */
int bw_cache_clear(void);
