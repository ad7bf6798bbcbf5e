/* SPDX-License-Identifier: Apache-2.0 */
/* What was asked about files, so that the frames that many stacks share are asked for once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A new answer takes the place of an old one now and then; one longer than BW_ANSWER_NAME is not kept. */
enum { BW_ANSWERS = 1024, BW_ANSWER_NAME = 512 };

struct bw_symbol_cache {
	struct bw_symbol_cache_entry {
		uint64_t file; /* a number of the caller's; 0: there is none here */
		uint64_t offset, into;
		char *name; /* owned; NULL: the file has none there */
	} known[BW_ANSWERS];
};

/* NULL: not known. */
const struct bw_symbol_cache_entry *bw_symbol_cache_find(const struct bw_symbol_cache *answers, uint64_t file,
							 uint64_t offset);

/* Keeps what the file has at the offset; name NULL: nothing. */
void bw_symbol_cache_keep(struct bw_symbol_cache *answers, uint64_t file, uint64_t offset, const char *name,
			  uint64_t into);

void bw_symbol_cache_clear(struct bw_symbol_cache *answers);
