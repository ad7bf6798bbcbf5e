/* SPDX-License-Identifier: Apache-2.0 */
/* Single entries of a loaded program's hash maps and arrays, by the map's name. Failures are reported. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "program/image.h"
#include "program/load.h"

/* A map, and what its keys and values must be. */
struct bw_map_entries {
	const char *map;
	size_t key, value; /* bytes */
};

/* Has the image that map? Makes it as large as n entries, before it is loaded. 0 or -ENOENT. */
int bw_map_entries_size(const struct bw_map_entries *entries, struct bw_image *image, size_t n);

/* 0; -ENOENT if there is no such map; -E2BIG, silently, if it is full; or -errno. */
int bw_map_entries_put(const struct bw_map_entries *entries, const struct bw_loaded *loaded, const void *key,
		       const void *value);

/* 0 or -errno; no entry of that key is -ENOENT. */
int bw_map_entries_get(const struct bw_map_entries *entries, const struct bw_loaded *loaded, const void *key,
		       void *value);

/*
 * Calls `each` with each key, of a map that does not change meanwhile. 0; -ENOENT if there is no such map; -ENOMEM.
 */
int bw_map_entries_each(const struct bw_map_entries *entries, const struct bw_loaded *loaded,
			void (*each)(void *cookie, const void *key), void *cookie);

/* It may be gone already. */
int bw_map_entries_remove(const struct bw_map_entries *entries, const struct bw_loaded *loaded, const void *key);
