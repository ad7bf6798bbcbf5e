/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/debug_info.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "build/tokens.h"
#include "compile/submits.h"

/* Past the closing brace of what an opening one before `at` begins. NULL: there is none. *sends: an event, in it. */
static const char *skip_body(const char *at, bool *sends)
{
	size_t depth = 1;

	*sends = false;
	for (struct bw_token t = bw_tokens_next(&at); t.len; t = bw_tokens_next(&at)) {
		*sends |= bw_submits_is_method(t);
		depth += bw_tokens_is(t, "{");
		depth -= bw_tokens_is(t, "}");
		if (depth == 0)
			return at;
	}
	return NULL;
}

/*
 * Where the body of the function begins whose `inline` stands before `at`. NULL: it has none, or the brace may be that
 * of a type which is declared there. The next `inline` is of another function: each text is read once.
 */
static const char *find_body(const char *at)
{
	struct bw_token before = {0};
	int depth = 0;

	for (struct bw_token t = bw_tokens_next(&at); t.len; t = bw_tokens_next(&at)) {
		depth += bw_tokens_is_one_of(t, "([") - bw_tokens_is_one_of(t, ")]");
		if (depth < 0 || bw_tokens_is_one_of(t, ";}=") || bw_tokens_is(t, "inline"))
			return NULL;
		if (bw_tokens_is(t, "{"))
			return depth == 0 && bw_tokens_is(before, ")") ? at : NULL;
		before = t;
	}
	return NULL;
}

/* Does it stand in functions alone? */
static bool is_of_body(struct bw_token t)
{
	static const char *const words[] = {"if", "else", "for", "while", "do", "switch", "return"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (bw_tokens_is(t, words[i]))
			return true;
	return bw_tokens_is(t, "}") || bw_submits_is_method(t);
}

/* False: the braces are not in pairs, as where #else has one again. */
static bool write_without(FILE *out, const char *text)
{
	const char *at = text, *from = text;
	struct bw_token before = {0};
	bool sends;

	for (struct bw_token t = bw_tokens_next(&at); t.len; t = bw_tokens_next(&at)) {
		const char *body = NULL, *after = at;

		if (is_of_body(t))
			return false;
		if (bw_tokens_is(t, "inline") && bw_tokens_is(before, "static"))
			body = find_body(at);
		else if (bw_tokens_is(t, "{"))
			body = at;
		before = t;
		if (!body)
			continue;
		at = skip_body(body, &sends);
		if (!at)
			return false;
		if (sends || bw_tokens_is(t, "{"))
			continue;
		fwrite(from, 1, (size_t)(after - from), out);
		fputs(" __attribute__((__nodebug__))", out);
		from = after;
	}
	fputs(from, out);
	return true;
}

int bw_debug_info_leave_out(const char *text, char **shorter)
{
	BW_FREE char *without = NULL;
	size_t len;
	FILE *out = open_memstream(&without, &len);
	bool written;

	if (!out)
		return -ENOMEM;
	written = write_without(out, text);
	if (fclose(out) != 0)
		return -ENOMEM;
	*shorter = strdup(written ? without : text);
	return *shorter ? 0 : -ENOMEM;
}
