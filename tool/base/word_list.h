/* SPDX-License-Identifier: Apache-2.0 */
/* An option's value that is a list of words, in letters of either case: "open, READ". */
#pragma once

#include <stddef.h>

struct bw_word_list {
	const char *option, *what;	/* for messages: "--ops", "operation" */
	const char *const *words;	/* what may stand there; ends with NULL */
	const char *const (*others)[2]; /* other names, and the words for them; ends with NULL. May be NULL */
	/* Takes the word of that index. 0, or an error, which ends the list and is returned. */
	int (*take)(void *cookie, size_t index);
	void *cookie;
};

/* Reads the list. 0; -EINVAL, reported with what may be meant; or what `take` returned. */
int bw_word_list_parse(const struct bw_word_list *list, const char *text);

/* A word that is none of the list. */
struct bw_word_list_unknown {
	size_t at, len; /* where it stands in the text, in bytes */
	char hint[512]; /* what may be meant */
};

/* The same, but of a word that is unknown nothing is reported: *unknown says which. */
int bw_word_list_read(const struct bw_word_list *list, const char *text, struct bw_word_list_unknown *unknown);
