/* SPDX-License-Identifier: Apache-2.0 */
/* Names that a misspelt one may stand for: "did you mean". */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { BW_SUGGESTIONS_RANKS = 3, BW_SUGGESTIONS_MAX = 8 };

/* Start with the name, and zeroes; the caller's to free by bw_suggestions_free. */
struct bw_suggestions {
	const char *name; /* the caller's */
	char *names[BW_SUGGESTIONS_RANKS][BW_SUGGESTIONS_MAX];
	size_t n[BW_SUGGESTIONS_RANKS];
};

/* Keeps a copy of the candidate if it is similar to the name. Without memory it is not kept. */
void bw_suggestions_offer(struct bw_suggestions *suggestions, const char *candidate);
void bw_suggestions_free(struct bw_suggestions *suggestions);

/*
 * The most similar first, at most BW_SUGGESTIONS_MAX; returns how many. What the compiler made of the name (name.part)
 * comes first, then what contains it, then what differs by a letter or two. The names are the suggestions'.
 */
size_t bw_suggestions_list(const struct bw_suggestions *suggestions, const char *list[BW_SUGGESTIONS_MAX]);

/* Did the compiler make the candidate of the name? */
bool bw_suggestions_is_made_of(const struct bw_suggestions *suggestions, const char *candidate);

/* The list as "a, b", as much as size bytes take; "" if there is none. */
void bw_suggestions_write(const struct bw_suggestions *suggestions, char *text, size_t size);

/* Appends a name to such a text of size bytes, if there is space for it. */
void bw_suggestions_append(char *text, size_t size, const char *name);
