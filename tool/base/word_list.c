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

/* What may be meant by a word that is unknown. */
static void suggest(const struct bw_word_list *list, const char *word, char *hint, size_t size)
{
	const char *other = other_name(list, word);
	BW_CLEANUP(bw_suggestions_free) struct bw_suggestions suggestions = {.name = word};
	char text[480] = "";

	if (other)
		bw_suggestions_append(text, sizeof(text), other);
	for (size_t i = 0; *word && !other && list->words[i]; i++)
		bw_suggestions_offer(&suggestions, list->words[i]);
	if (!other)
		bw_suggestions_write(&suggestions, text, sizeof(text));
	if (*text) {
		snprintf(hint, size, "did you mean %s?", text);
		return;
	}
	for (size_t i = 0; list->words[i]; i++)
		bw_suggestions_append(text, sizeof(text), list->words[i]);
	snprintf(hint, size, "known: %s", text);
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

int bw_word_list_read(const struct bw_word_list *list, const char *text, struct bw_word_list_unknown *unknown)
{
	BW_FREE char *copy = strdup(text);
	char *next = copy, *word;
	int r = copy ? 0 : -ENOMEM;

	*unknown = (struct bw_word_list_unknown){0};
	while (r == 0 && (word = strsep(&next, ","))) {
		int index;

		word = trim(word);
		index = find(word, list->words);
		if (index >= 0) {
			r = list->take(list->cookie, (size_t)index);
			continue;
		}
		unknown->at = (size_t)(word - copy);
		unknown->len = strlen(word);
		suggest(list, word, unknown->hint, sizeof(unknown->hint));
		return -EINVAL;
	}
	return r;
}

int bw_word_list_parse(const struct bw_word_list *list, const char *text)
{
	struct bw_word_list_unknown unknown;
	int r = bw_word_list_read(list, text, &unknown);

	if (r == -EINVAL && *unknown.hint) {
		bw_log_error(r, "%s %.*s: no such %s", list->option, (int)unknown.len, text + unknown.at, list->what);
		bw_log_hint("%s", unknown.hint);
	}
	return r;
}
