/* SPDX-License-Identifier: Apache-2.0 */
/* An index of names, for looking up the names of a long list among them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct bw_name_index {
	const char *const *names; /* n, the caller's; the same one may stand there several times */
	size_t n;
	uint32_t mask;
	uint64_t firsts[4];	/* a bit for each byte that a name begins with */
	uint32_t *heads, *next; /* numbers of names, from 1 on; 0: none. Owned. */
};

/* 0 or -ENOMEM. */
int bw_name_index_init(struct bw_name_index *index, const char *const *names, size_t n);
void bw_name_index_free(struct bw_name_index *index);

enum { BW_INDEX_NONE = -1 };

/* The first of the names, from 0 on, that is this one; then, with that number in `last`, the next; or BW_INDEX_NONE. */
long bw_name_index_find(const struct bw_name_index *index, const char *name, long last);
