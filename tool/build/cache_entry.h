/* SPDX-License-Identifier: Apache-2.0 */
/* The file of an image in the cache. */
#pragma once

#include <stddef.h>

enum { BW_CACHE_ENTRY_VERSION = 1 };

struct bw_cache_part {
	const void *bytes;
	size_t len;
};

struct bw_cache_entry {
	struct bw_cache_part path;    /* of the source, for --list */
	struct bw_cache_part depends; /* build/dependencies.h */
	struct bw_cache_part output;  /* the compiler's output */
	struct bw_cache_part image;
};

/* Finds the parts of an entry in len bytes, which must live as long. 0, or -EINVAL: it is none, or damaged. */
int bw_cache_entry_parse(const char *bytes, size_t len, struct bw_cache_entry *entry);

/* 0 or -errno. */
int bw_cache_entry_write(int fd, const struct bw_cache_entry *entry);
