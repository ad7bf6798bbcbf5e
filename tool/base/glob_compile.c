/* SPDX-License-Identifier: Apache-2.0 */
/* Reads patterns. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "base/glob_token.h"
#include "base/parse.h"

static const char *const class_names[] = {"alnum", "alpha", "blank", "cntrl", "digit",	"graph", "lower",
					  "print", "punct", "space", "upper", "xdigit", NULL};

/* Where a pattern is read. */
struct reader {
	const char *pattern, *at, *end;
	const char *why; /* what is wrong */
};

static int fail(struct reader *r, const char *at, const char *why)
{
	r->at = at;
	r->why = why;
	return -EINVAL;
}

/* A character, which may stand behind a backslash. */
static int read_literal(struct reader *r, uint32_t *code)
{
	if (*r->at == '\\' && ++r->at == r->end)
		return fail(r, r->at - 1, "there is nothing behind the backslash");
	r->at += bw_glob_token_character(r->at, (size_t)(r->end - r->at), code);
	return 0;
}

/* [:NAME:] in a set; r->at is behind "[:". */
static int read_class(struct reader *r, struct bw_glob_member *m)
{
	const char *begin = r->at, *close = strstr(begin, ":]");
	char name[8] = "";
	int i = -1;

	if (close && (size_t)(close - begin) < sizeof(name)) {
		memcpy(name, begin, (size_t)(close - begin));
		i = bw_parse_word(name, class_names);
	}
	if (i < 0)
		return fail(r, begin - 2, "there is no such class of characters");
	m->class = (unsigned)i + 1;
	r->at = close + 2;
	return 0;
}

static int read_member(struct reader *r, struct bw_glob_member *m)
{
	const char *begin = r->at;
	int error;

	if (begin[0] == '[' && strchr(":.=", begin[1]) && begin[1]) {
		r->at += 2;
		return begin[1] == ':' ? read_class(r, m) : fail(r, begin, "collating elements are not supported");
	}
	error = read_literal(r, &m->from);
	m->to = m->from;
	if (error == 0 && r->at[0] == '-' && r->at[1] && r->at[1] != ']') {
		r->at++;
		error = read_literal(r, &m->to);
		if (error == 0 && m->to < m->from)
			return fail(r, begin, "the range's end comes before its begin");
	}
	return error;
}

/* [...]; r->at is at its bracket. */
static int read_set(struct reader *r, struct bw_glob_token *t)
{
	const char *begin = r->at++;
	int error = 0;

	t->kind = BW_GLOB_SET;
	t->negated = *r->at == '!' || *r->at == '^';
	r->at += t->negated;
	t->members = calloc((size_t)(r->end - r->at) + 1, sizeof(*t->members));
	if (!t->members)
		return -ENOMEM;
	while (error == 0 && (*r->at != ']' || t->n == 0)) {
		if (r->at == r->end)
			return fail(r, begin, "there is no ] for this [");
		error = read_member(r, &t->members[t->n++]);
	}
	r->at += error == 0;
	return error;
}

/* A run of stars; r->at is at the first. */
static void read_stars(const struct bw_glob *g, struct reader *r, struct bw_glob_token *t)
{
	size_t n = strspn(r->at, "*");
	bool begins = r->at == r->pattern || r->at[-1] == '/';

	t->kind = n == 1 ? BW_GLOB_STAR : BW_GLOB_DEEP;
	r->at += n;
	if (!g->is_path)
		t->kind = BW_GLOB_DEEP;
	else if (t->kind == BW_GLOB_DEEP && begins && *r->at == '/') {
		t->kind = BW_GLOB_DIRECTORIES;
		r->at++;
	}
}

static int read_token(const struct bw_glob *g, struct reader *r, struct bw_glob_token *t)
{
	switch (*r->at) {
	case '*':
		read_stars(g, r, t);
		return 0;
	case '?':
		t->kind = BW_GLOB_ANY;
		r->at++;
		return 0;
	case '[':
		return read_set(r, t);
	default:
		return read_literal(r, &t->code);
	}
}

/* Literal text is kept for bw_glob_prefix, bw_glob_infix and bw_glob_suffix. */
static void keep_text(struct bw_glob *g, const struct bw_glob_token *t, const char *from, const char *end)
{
	if (t->kind != BW_GLOB_CHARACTER) {
		if (!g->is_literal && g->text_len - g->suffix_at > g->infix_len) {
			g->infix_at = g->suffix_at;
			g->infix_len = g->text_len - g->suffix_at;
		}
		g->prefix_len = g->is_literal ? g->text_len : g->prefix_len;
		g->suffix_at = g->text_len;
		g->is_literal = false;
		return;
	}
	from += *from == '\\';
	memcpy(g->text + g->text_len, from, (size_t)(end - from));
	g->text_len += (size_t)(end - from);
	if (g->is_literal)
		g->prefix_len = g->text_len;
}

int bw_glob_compile(struct bw_glob *g, const char *pattern, bool is_path, const char **why, size_t *at)
{
	const size_t len = strlen(pattern);
	struct reader r = {pattern, pattern, pattern + len, NULL};
	int error = 0;

	*g = (struct bw_glob){.is_path = is_path, .is_literal = true};
	*why = NULL;
	g->tokens = calloc(len + 1, sizeof(*g->tokens));
	g->text = malloc(len + 1);
	if (!g->tokens || !g->text)
		return -ENOMEM;
	while (error == 0 && r.at < r.end) {
		struct bw_glob_token *t = &g->tokens[g->n++];
		const char *from = r.at;

		error = read_token(g, &r, t);
		if (error == 0)
			keep_text(g, t, from, r.at);
	}
	*why = r.why;
	*at = (size_t)(r.at - pattern);
	return error;
}
