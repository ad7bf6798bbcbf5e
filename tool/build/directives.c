/* SPDX-License-Identifier: Apache-2.0 */
#include "build/directives.h"

#include <ctype.h>
#include <string.h>

/* Past a backslash at the end of a line; p itself if there is none. */
static const char *skip_continuation(const char *p)
{
	if (p[0] == '\\' && p[1] == '\n')
		return p + 2;
	return p[0] == '\\' && p[1] == '\r' && p[2] == '\n' ? p + 3 : p;
}

/* Past space and comments; newlines count as space if `lines`. */
static const char *skip_space(const char *p, bool lines)
{
	for (;;) {
		const char *past = skip_continuation(p);

		if (past == p && *p == '/')
			past = bw_tokens_skip_opaque(p);
		if (past == p && (isspace((unsigned char)*p) && (lines || *p != '\n')))
			past++;
		if (past == p)
			return p;
		p = past;
	}
}

static struct bw_directive read_directive(const char *p)
{
	struct bw_directive d = {.begin = p, .end = bw_tokens_skip_opaque(p)};

	d.word.text = skip_space(p + 1, false);
	while (isalnum((unsigned char)d.word.text[d.word.len]) || d.word.text[d.word.len] == '_')
		d.word.len++;
	d.rest = skip_space(d.word.text + d.word.len, false);
	return d;
}

bool bw_directives_next(const char **at, struct bw_directive *d)
{
	bool begins = true; /* there was only space and comments since the beginning of the line */
	const char *p = *at;

	while (*p && !(begins && *p == '#')) {
		const char *past = skip_continuation(p);

		if (past == p && *p != '#')
			past = bw_tokens_skip_opaque(p);
		if (past == p) {
			begins = *p == '\n' || (begins && isspace((unsigned char)*p));
			past++;
		} else if (*p != '/' && *p != '\\') {
			begins = false;
		}
		p = past;
	}
	if (*p)
		*d = read_directive(p);
	*at = *p ? d->end : p;
	return *p;
}

bool bw_directives_opens(const struct bw_directive *d)
{
	return bw_tokens_is(d->word, "if") || bw_tokens_is(d->word, "ifdef") || bw_tokens_is(d->word, "ifndef");
}

bool bw_directives_is_pragma_once(const struct bw_directive *d)
{
	const char *at = d->rest;

	return bw_tokens_is(d->word, "pragma") && at < d->end && bw_tokens_is(bw_tokens_next(&at), "once");
}

/* `#ifndef NAME` or `#if !defined(NAME)`, alone. */
static bool asks_for_guard(const struct bw_directive *d)
{
	const char *at = d->rest;
	struct bw_token t = bw_tokens_next(&at);

	if (bw_tokens_is(d->word, "if")) {
		if (!bw_tokens_is(t, "!") || !bw_tokens_is(bw_tokens_next(&at), "defined"))
			return false;
		t = bw_tokens_next(&at);
		if (bw_tokens_is(t, "("))
			t = bw_tokens_next(&at);
		at += *at == ')';
	} else if (!bw_tokens_is(d->word, "ifndef")) {
		return false;
	}
	return t.len > 0 && at <= d->end && skip_space(at, false) >= d->end;
}

void bw_directives_classify(const char *text, bool *once, bool *guarded)
{
	const char *first = skip_space(text, true), *at = text;
	bool guard = false, closed = false;
	unsigned depth = 0;
	struct bw_directive d;

	*once = false;
	while (bw_directives_next(&at, &d)) {
		*once |= bw_directives_is_pragma_once(&d);
		if (bw_directives_opens(&d)) {
			guard |= d.begin == first && asks_for_guard(&d);
			depth++;
		} else if (bw_tokens_is(d.word, "endif") && depth > 0) {
			depth--;
			closed |= guard && depth == 0 && !*skip_space(d.end, true);
		} else if (depth == 1 && (bw_tokens_is(d.word, "else") || bw_tokens_is(d.word, "elif"))) {
			guard = false;
		}
	}
	*guarded = closed;
}

bool bw_directives_ends_in_comment(const char *p)
{
	while (*p) {
		const char *past = *p == '#' ? p : bw_tokens_skip_opaque(p);

		if (p[0] == '/' && p[1] == '*' && (past - p < 4 || strncmp(past - 2, "*/", 2) != 0))
			return true;
		p = past > p ? past : p + 1;
	}
	return false;
}
