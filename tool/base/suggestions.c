/* SPDX-License-Identifier: Apache-2.0 */
#include "base/suggestions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NEAR_MAX = 3, LETTERS_MAX = 64 };

/* In how many letters the two differ (Levenshtein), if at most NEAR_MAX - 1; else NEAR_MAX. */
static unsigned difference(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	unsigned row[LETTERS_MAX + 1];

	if (la > LETTERS_MAX || lb > LETTERS_MAX || la > lb + NEAR_MAX || lb > la + NEAR_MAX)
		return NEAR_MAX;
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
	return row[lb] < NEAR_MAX ? row[lb] : NEAR_MAX;
}

/* Small is near; RANK_FAR: not at all. */
enum { RANK_MADE_OF, RANK_PART, RANK_LETTERS, RANK_FAR = BW_NEAR_RANKS };

static int rank(const char *candidate, const char *name, size_t len)
{
	if (strcmp(candidate, name) == 0)
		return RANK_FAR;
	if (strncmp(candidate, name, len) == 0 && candidate[len] == '.')
		return RANK_MADE_OF;
	if (len >= 4 && strstr(candidate, name))
		return RANK_PART;
	return len >= 4 && difference(candidate, name) < NEAR_MAX ? RANK_LETTERS : RANK_FAR;
}

void bw_suggestions_offer(struct bw_suggestions *near, const char *candidate)
{
	int r = rank(candidate, near->name, strlen(near->name));

	if (r == RANK_FAR || near->n[r] == BW_NEAR_KEPT)
		return;
	for (size_t i = 0; i < near->n[r]; i++)
		if (strcmp(near->names[r][i], candidate) == 0)
			return;
	near->names[r][near->n[r]] = strdup(candidate);
	if (near->names[r][near->n[r]])
		near->n[r]++;
}

void bw_suggestions_write(struct bw_suggestions *near, char *like, size_t size)
{
	size_t used = 0;

	*like = '\0';
	for (int r = 0, shown = 0; r < RANK_FAR; r++)
		for (size_t i = 0; i < near->n[r]; i++) {
			const char *found = near->names[r][i];

			if (shown < BW_NEAR_KEPT && used + strlen(found) + 3 < size) {
				used += (size_t)snprintf(like + used, size - used, "%s%s", used ? ", " : "", found);
				shown++;
			}
			free(near->names[r][i]);
		}
}
