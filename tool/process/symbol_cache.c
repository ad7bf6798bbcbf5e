/* SPDX-License-Identifier: Apache-2.0 */
#include "process/symbol_cache.h"

#include <stdlib.h>
#include <string.h>

static size_t slot_of(uint64_t file, uint64_t offset)
{
	return (size_t)((offset ^ file << 32) * 0x9e3779b97f4a7c15U >> 32) % BW_ANSWERS;
}

const struct bw_symbol_cache_entry *bw_symbol_cache_find(const struct bw_symbol_cache *answers, uint64_t file,
							 uint64_t offset)
{
	const struct bw_symbol_cache_entry *a = &answers->known[slot_of(file, offset)];

	return a->file == file && a->offset == offset ? a : NULL;
}

void bw_symbol_cache_keep(struct bw_symbol_cache *answers, uint64_t file, uint64_t offset, const char *name,
			  uint64_t into)
{
	struct bw_symbol_cache_entry *a = &answers->known[slot_of(file, offset)];
	char *copy;

	if (name && strlen(name) >= BW_ANSWER_NAME)
		return;
	copy = name ? strdup(name) : NULL;
	if (name && !copy)
		return;
	free(a->name);
	*a = (struct bw_symbol_cache_entry){file, offset, into, copy};
}

void bw_symbol_cache_clear(struct bw_symbol_cache *answers)
{
	for (size_t i = 0; i < BW_ANSWERS; i++)
		free(answers->known[i].name);
	memset(answers, 0, sizeof(*answers));
}
