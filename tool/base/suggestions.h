/* SPDX-License-Identifier: Apache-2.0 */
/* Names that a misspelt one may stand for. */
#pragma once

#include <stddef.h>

enum { BW_NEAR_RANKS = 3, BW_NEAR_KEPT = 8 };

struct bw_suggestions {
	const char *name; /* the caller's */
	char *names[BW_NEAR_RANKS][BW_NEAR_KEPT];
	size_t n[BW_NEAR_RANKS];
};

/* Keeps the candidate if it resembles the name. */
void bw_suggestions_offer(struct bw_suggestions *near, const char *candidate);

/*
 * Those that were kept, the nearest first, as many as size takes: "a, b", or "". What was made of the name (name.part)
 * comes first, then what has it in its own, then what differs by a letter or two. They are freed.
 */
void bw_suggestions_write(struct bw_suggestions *near, char *like, size_t size);
