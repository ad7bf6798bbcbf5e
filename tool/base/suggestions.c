/* SPDX-License-Identifier: Apache-2.0 */
#include "base/suggestions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIFFERENCE_MAX = 3, LETTERS_MAX = 64 };

/* The Levenshtein distance of the two, at most DIFFERENCE_MAX. */
static unsigned difference(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	unsigned row[LETTERS_MAX + 1];

	if (la > LETTERS_MAX || lb > LETTERS_MAX || la > lb + DIFFERENCE_MAX || lb > la + DIFFERENCE_MAX)
		return DIFFERENCE_MAX;
	for (size_t k = 0; k <= lb; k++)
		row[k] = (unsigned)k;
	for (size_t i = 1; i <= la; i++) {
		unsigned corner = row[0];

		row[0] = (unsigned)i;
		for (size_t k = 1; k <= lb; k++) {
			unsigned least = corner + (a[i - 1] != b[k - 1]);

			corner = row[k];
			least = row[k] + 1 < least ? row[k] + 1 : least;
			row[k] = row[k - 1] + 1 < least ? row[k - 1] + 1 : least;
		}
	}
	return row[lb] < DIFFERENCE_MAX ? row[lb] : DIFFERENCE_MAX;
}

/* The most similar first; RANK_NONE: not similar. */
enum { RANK_MADE_OF, RANK_PART, RANK_LETTERS, RANK_NONE = BW_SUGGESTIONS_RANKS };

static int rank(const char *candidate, const char *name, size_t len)
{
	if (strcmp(candidate, name) == 0)
		return RANK_NONE;
	if (strncmp(candidate, name, len) == 0 && candidate[len] == '.')
		return RANK_MADE_OF;
	if (len >= 4 && strstr(candidate, name))
		return RANK_PART;
	return len >= 4 && difference(candidate, name) < DIFFERENCE_MAX ? RANK_LETTERS : RANK_NONE;
}

void bw_suggestions_offer(struct bw_suggestions *s, const char *candidate)
{
	int r = rank(candidate, s->name, strlen(s->name));

	if (r == RANK_NONE || s->n[r] == BW_SUGGESTIONS_MAX)
		return;
	for (size_t i = 0; i < s->n[r]; i++)
		if (strcmp(s->names[r][i], candidate) == 0)
			return;
	s->names[r][s->n[r]] = strdup(candidate);
	if (s->names[r][s->n[r]])
		s->n[r]++;
}

void bw_suggestions_free(struct bw_suggestions *s)
{
	for (int r = 0; r < RANK_NONE; r++) {
		for (size_t i = 0; i < s->n[r]; i++)
			free(s->names[r][i]);
		s->n[r] = 0;
	}
}

size_t bw_suggestions_list(const struct bw_suggestions *s, const char *list[BW_SUGGESTIONS_MAX])
{
	size_t n = 0;

	for (int r = 0; r < RANK_NONE; r++)
		for (size_t i = 0; i < s->n[r] && n < BW_SUGGESTIONS_MAX; i++)
			list[n++] = s->names[r][i];
	return n;
}

bool bw_suggestions_is_made_of(const struct bw_suggestions *s, const char *candidate)
{
	return rank(candidate, s->name, strlen(s->name)) == RANK_MADE_OF;
}

void bw_suggestions_append(char *text, size_t size, const char *name)
{
	size_t used = strlen(text);

	if (used + strlen(name) + 3 < size)
		snprintf(text + used, size - used, "%s%s", used ? ", " : "", name);
}

void bw_suggestions_write(const struct bw_suggestions *s, char *text, size_t size)
{
	const char *list[BW_SUGGESTIONS_MAX];
	size_t n = bw_suggestions_list(s, list);

	*text = '\0';
	for (size_t i = 0; i < n; i++)
		bw_suggestions_append(text, size, list[i]);
}
