/* SPDX-License-Identifier: Apache-2.0 */
#include "base/name_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

static uint32_t hash(const char *name)
{
	return (uint32_t)bw_hash(name, strlen(name));
}

int bw_name_index_init(struct bw_name_index *index, const char *const *names, size_t n)
{
	uint32_t size = 16;

	while (size < 2 * n)
		size *= 2;
	*index = (struct bw_name_index){
		.names = names, .n = n, .mask = size - 1, .heads = calloc(size + n + 1, sizeof(*index->heads))};
	if (!index->heads)
		return -ENOMEM;
	index->next = index->heads + size;
	for (size_t i = n; i > 0; i--) { /* backwards, so that each chain begins with the first */
		uint32_t *head = &index->heads[hash(names[i - 1]) & index->mask];
		unsigned char first = (unsigned char)*names[i - 1];

		index->firsts[first / 64] |= 1ULL << first % 64;
		index->next[i] = *head;
		*head = (uint32_t)i;
	}
	return 0;
}

void bw_name_index_free(struct bw_name_index *index)
{
	free(index->heads);
	index->heads = NULL;
}

long bw_name_index_find(const struct bw_name_index *index, const char *name, long last)
{
	unsigned char first = (unsigned char)*name;
	uint32_t i;

	if (!(index->firsts[first / 64] >> first % 64 & 1)) /* most of a long list */
		return BW_INDEX_NONE;
	i = last == BW_INDEX_NONE ? index->heads[hash(name) & index->mask] : index->next[last + 1];
	while (i && strcmp(index->names[i - 1], name) != 0)
		i = index->next[i];
	return (long)i - 1;
}
