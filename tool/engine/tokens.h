/* SPDX-License-Identifier: Apache-2.0 */
/* C as words and punctuation, without its comments, strings and preprocessor lines. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A word, or a single character of punctuation. */
struct bw_token {
	const char *text; /* in the text that is read */
	size_t len;	  /* 0: the end */
};

/* The next one from *at on, which is moved past it. */
struct bw_token bw_token_next(const char **at);

bool bw_token_is(struct bw_token token, const char *word);

/* Is it one of these characters? */
bool bw_token_is_one_of(struct bw_token token, const char *characters);
