/* SPDX-License-Identifier: Apache-2.0 */
/* Names of functions that were looked up, so that frames that many stacks share are looked up once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A new entry can replace an old one; one longer than BW_SYMBOL_CACHE_NAME is not kept. */
enum { BW_SYMBOL_CACHE_ENTRIES = 1024, BW_SYMBOL_CACHE_NAME = 512 };

struct bw_symbol_cache {
	struct bw_symbol_cache_entry {
		uint64_t file; /* a number of the caller's; 0: there is none here */
		uint64_t offset, into;
		char *name; /* owned; NULL: the file has none there */
	} known[BW_SYMBOL_CACHE_ENTRIES];
};

/* The entry, owned by the cache; NULL: not known. */
const struct bw_symbol_cache_entry *bw_symbol_cache_find(const struct bw_symbol_cache *cache, uint64_t file,
							 uint64_t offset);

/* Keeps what the file has at the offset; name NULL: nothing. */
void bw_symbol_cache_keep(struct bw_symbol_cache *cache, uint64_t file, uint64_t offset, const char *name,
			  uint64_t into);

void bw_symbol_cache_clear(struct bw_symbol_cache *cache);
