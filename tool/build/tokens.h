/* SPDX-License-Identifier: Apache-2.0 */
/* The tokens of C: words and punctuation, without comments, strings and preprocessor lines. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A word, or a single character of punctuation. */
struct bw_token {
	const char *text; /* in the text that is read */
	size_t len;	  /* 0: the end */
};

/* The next one from *at on, which is moved past it. */
struct bw_token bw_tokens_next(const char **at);

/* Past the string, character constant, comment or preprocessor line that begins at p; p itself if none does. */
const char *bw_tokens_skip_opaque(const char *p);

bool bw_tokens_is(struct bw_token token, const char *word);

/* Is it one of these characters? */
bool bw_tokens_is_one_of(struct bw_token token, const char *characters);

/*
 * Which words stand in texts, those of preprocessor lines too. It may find a word that does not, and never misses
 * one that does.
 */
struct bw_tokens_set {
	uint64_t bits[1024];
};

void bw_tokens_set_add(struct bw_tokens_set *words, const char *text);
bool bw_tokens_set_has(const struct bw_tokens_set *words, const char *word);
