/* SPDX-License-Identifier: Apache-2.0 */
#include "base/word_list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/suggestions.h"

static const char *other_name(const struct bw_word_list *list, const char *word)
{
	for (size_t i = 0; list->others && list->others[i][0]; i++)
		if (strcasecmp(list->others[i][0], word) == 0)
			return list->others[i][1];
	return NULL;
}

static int reject(const struct bw_word_list *list, const char *word)
{
	const char *other = other_name(list, word);
	BW_CLEANUP(bw_suggestions_free) struct bw_suggestions suggestions = {.name = word};
	char text[512] = "";

	bw_log_error(-EINVAL, "%s %s: no such %s", list->option, word, list->what);
	if (other)
		bw_suggestions_append(text, sizeof(text), other);
	for (size_t i = 0; *word && !other && list->words[i]; i++)
		bw_suggestions_offer(&suggestions, list->words[i]);
	if (!other)
		bw_suggestions_write(&suggestions, text, sizeof(text));
	if (*text) {
		bw_log_hint("did you mean %s?", text);
		return -EINVAL;
	}
	for (size_t i = 0; list->words[i]; i++)
		bw_suggestions_append(text, sizeof(text), list->words[i]);
	bw_log_hint("known: %s", text);
	return -EINVAL;
}

/* The word without the spaces around it. */
static char *trim(char *word)
{
	size_t len;

	word += strspn(word, " ");
	len = strlen(word);
	while (len > 0 && word[len - 1] == ' ')
		word[--len] = '\0';
	return word;
}

static int find(const char *word, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (strcasecmp(word, words[i]) == 0)
			return i;
	return -1;
}

int bw_word_list_parse(const struct bw_word_list *list, const char *text)
{
	BW_FREE char *copy = strdup(text);
	char *next = copy, *word;
	int r = copy ? 0 : -ENOMEM;

	while (r == 0 && (word = strsep(&next, ","))) {
		int index;

		word = trim(word);
		index = find(word, list->words);
		r = index < 0 ? reject(list, word) : list->take(list->cookie, (size_t)index);
	}
	return r;
}
