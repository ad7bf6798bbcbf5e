/* SPDX-License-Identifier: Apache-2.0 */
/* What clang knows of a type, as BTF, read into a layout. */
#pragma once

#include <bpf/btf.h>
#include <stdint.h>

#include "output/layout.h"

/*
 * The layout of the type with the number id, which is a struct, union, or (a single field without a name) anything
 * else that has a size. It is the caller's, for bw_btf_layout_free. 0; -EINVAL if the type has no size, is larger than
 * an event, nests too deeply, or is a char; -ENOMEM.
 */
int bw_btf_layout_read(const struct btf *btf, uint32_t id, struct bw_layout *layout);

/* The BTF that maps were made with: one for all of a program's maps. Start with zeroes. */
struct bw_btf_layout_cache {
	uint32_t id;
	struct btf *btf;
};

/*
 * The layouts of a map's keys and values, from the BTF that libbcc gave the kernel with it; each has no fields where it
 * can't be known, and may be NULL. 0 or -errno: -ENOENT: it gave none. Both are the caller's, for bw_btf_layout_free.
 */
int bw_btf_layout_read_map(struct bw_btf_layout_cache *cache, int map, struct bw_layout *key, struct bw_layout *value);
/* The number that the kernel gave the map. 0 or -errno. */
int bw_btf_layout_map_id(int map, uint32_t *id);
void bw_btf_layout_cache_free(struct bw_btf_layout_cache *cache);

void bw_btf_layout_free(struct bw_layout *layout);
