/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/map_display.h"

#include <stdbool.h>
#include <string.h>

#include "build/tokens.h"

/* Is the word behind so many commas of a macro's arguments, which begin at `at`, this one? */
static bool is_argument(const char *at, int commas, const char *word)
{
	for (struct bw_token t = bw_tokens_next(&at); t.len && !bw_tokens_is_one_of(t, ")"); t = bw_tokens_next(&at)) {
		if (commas == 0)
			return bw_tokens_is(t, word);
		commas -= bw_tokens_is(t, ",");
	}
	return false;
}

/* A string is none of the tokens. */
static bool begins_with_histogram(const char *at)
{
	static const char word[] = "\"histogram\"";

	return strncmp(at + strspn(at, " \t\r\n"), word, strlen(word)) == 0;
}

/* What stands behind the next `macro (`, or NULL. */
static const char *next_call(const char *at, const char *macro)
{
	struct bw_token before = {0};

	for (struct bw_token t = bw_tokens_next(&at); t.len; t = bw_tokens_next(&at)) {
		if (bw_tokens_is(t, "(") && bw_tokens_is(before, macro))
			return at;
		before = t;
	}
	return NULL;
}

bool bw_map_display_is_declared(const char *text, const char *macro, const char *table)
{
	for (const char *at = text; (at = next_call(at, macro));)
		if (is_argument(at, 0, table))
			return true;
	return false;
}

/* BPF_TABLE("histogram", KEY, VALUE, table, ...) */
static bool is_histogram_table(const char *text, const char *table)
{
	for (const char *at = text; (at = next_call(at, "BPF_TABLE"));)
		if (begins_with_histogram(at) && is_argument(at, 3, table))
			return true;
	return false;
}

static bool is_log2(struct bw_token t)
{
	return bw_tokens_is(t, "bpf_log2") || bw_tokens_is(t, "bpf_log2l");
}

/* Is there a statement in which log2 is taken for the word, which stands before it? NULL: for anything. */
static bool takes_log2(const char *text, const struct bw_token *word)
{
	bool stands = !word;
	const char *at = text;

	for (struct bw_token t = bw_tokens_next(&at); t.len; t = bw_tokens_next(&at)) {
		if (is_log2(t) && stands)
			return true;
		stands |= word && t.len == word->len && memcmp(t.text, word->text, t.len) == 0;
		if (word && bw_tokens_is(t, ";"))
			stands = false;
	}
	return false;
}

/* What is incremented: the first word, past an ampersand or parenthesis. True if it is a log2 itself. */
static bool read_slot(const char *at, struct bw_token *slot)
{
	int depth = 1;

	*slot = (struct bw_token){0};
	for (struct bw_token t = bw_tokens_next(&at); t.len && depth > 0; t = bw_tokens_next(&at)) {
		depth += bw_tokens_is_one_of(t, "([{") - bw_tokens_is_one_of(t, ")]}");
		if (is_log2(t))
			return true;
		if (slot->len == 0 && !bw_tokens_is_one_of(t, "(&*)"))
			*slot = t;
	}
	return false;
}

static bool is_log2_of(const char *text, const char *table)
{
	struct bw_token before[3] = {0}, slot; /* the newest first */
	const char *at = text;

	for (struct bw_token t = bw_tokens_next(&at); t.len; t = bw_tokens_next(&at)) {
		if (bw_tokens_is(t, "(") && bw_tokens_is(before[1], ".") && bw_tokens_is(before[2], table) &&
		    (bw_tokens_is(before[0], "increment") || bw_tokens_is(before[0], "atomic_increment")))
			return read_slot(at, &slot) || (slot.len > 0 && takes_log2(text, &slot));
		before[2] = before[1];
		before[1] = before[0];
		before[0] = t;
	}
	return takes_log2(text, NULL);
}

enum bw_image_display bw_map_display_of(const char *text, const char *table)
{
	if (!bw_map_display_is_declared(text, "BPF_HISTOGRAM", table) && !is_histogram_table(text, table))
		return BW_DISPLAY_TABLE;
	return is_log2_of(text, table) ? BW_DISPLAY_LOG2 : BW_DISPLAY_LINEAR;
}
