/* SPDX-License-Identifier: Apache-2.0 */
#include "process/symbol_cache.h"

#include <stdlib.h>
#include <string.h>

static size_t slot_of(uint64_t file, uint64_t offset)
{
	return (size_t)((offset ^ file << 32) * 0x9e3779b97f4a7c15U >> 32) % BW_SYMBOL_CACHE_ENTRIES;
}

const struct bw_symbol_cache_entry *bw_symbol_cache_find(const struct bw_symbol_cache *cache, uint64_t file,
							 uint64_t offset)
{
	const struct bw_symbol_cache_entry *a = &cache->known[slot_of(file, offset)];

	return a->file == file && a->offset == offset ? a : NULL;
}

void bw_symbol_cache_keep(struct bw_symbol_cache *cache, uint64_t file, uint64_t offset, const char *name,
			  uint64_t into)
{
	struct bw_symbol_cache_entry *a = &cache->known[slot_of(file, offset)];
	char *copy;

	if (name && strlen(name) >= BW_SYMBOL_CACHE_NAME)
		return;
	copy = name ? strdup(name) : NULL;
	if (name && !copy)
		return;
	free(a->name);
	*a = (struct bw_symbol_cache_entry){file, offset, into, copy};
}

void bw_symbol_cache_clear(struct bw_symbol_cache *cache)
{
	for (size_t i = 0; i < BW_SYMBOL_CACHE_ENTRIES; i++)
		free(cache->known[i].name);
	memset(cache, 0, sizeof(*cache));
}
