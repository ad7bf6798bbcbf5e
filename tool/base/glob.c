/* SPDX-License-Identifier: Apache-2.0 */
#include "base/glob.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/utf8.h"

enum kind {
	CHARACTER,
	ANY,	    /* ? */
	SET,	    /* [...] */
	STAR,	    /* in a path, within a component */
	DEEP,	    /* any text, slashes among it */
	DIRECTORIES /* any number of whole components, each with the slash behind it */
};

/* A member of a set: the characters from..to, or a class by name where `class` is not 0. */
struct member {
	uint32_t from, to;
	unsigned class; /* index in class_names, from 1 on */
};

struct bw_glob_token {
	enum kind kind;
	uint32_t code; /* CHARACTER */
	bool negated;  /* SET */
	struct member *members;
	size_t n;
};

static const char *const class_names[] = {"alnum", "alpha", "blank", "cntrl", "digit",	"graph", "lower",
					  "print", "punct", "space", "upper", "xdigit", NULL};

/* Bytes that are no UTF-8 come behind Unicode's code points. */
enum { INVALID = 0x110000 };

/* The length of the character at text, of at least one byte. */
static size_t read_character(const char *text, size_t len, uint32_t *code)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n;

	if (s[0] < 0x80) {
		*code = s[0];
		return 1;
	}
	n = bw_utf8_decode(s, len, code);
	if (n == 0)
		*code = INVALID + s[0];
	return n ? n : 1;
}

/* Of ASCII alone: what is a letter elsewhere depends on the locale. */
static bool is_in_class(unsigned class, uint32_t c)
{
	const bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9';
	const bool graph = c > 0x20 && c < 0x7f;
	const bool is[] = {
		upper || lower || digit,
		upper || lower,
		c == ' ' || c == '\t',
		c < 0x20 || c == 0x7f,
		digit,
		graph,
		lower,
		graph || c == ' ',
		graph && !upper && !lower && !digit,
		c == ' ' || (c >= '\t' && c <= '\r'),
		upper,
		digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'),
	};

	return is[class - 1];
}

static bool is_in_set(const struct bw_glob_token *t, uint32_t code)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct member *m = &t->members[i];

		if (m->class ? is_in_class(m->class, code) : code >= m->from && code <= m->to)
			return !t->negated;
	}
	return t->negated;
}

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
	r->at += read_character(r->at, (size_t)(r->end - r->at), code);
	return 0;
}

/* [:NAME:] in a set; r->at is behind "[:". */
static int read_class(struct reader *r, struct member *m)
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

static int read_member(struct reader *r, struct member *m)
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

	t->kind = SET;
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

	t->kind = n == 1 ? STAR : DEEP;
	r->at += n;
	if (!g->is_path)
		t->kind = DEEP;
	else if (t->kind == DEEP && begins && *r->at == '/') {
		t->kind = DIRECTORIES;
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
		t->kind = ANY;
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
	if (t->kind != CHARACTER) {
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

void bw_glob_free(struct bw_glob *g)
{
	for (size_t i = 0; i < g->n; i++)
		free(g->tokens[i].members);
	free(g->tokens);
	free(g->text);
	*g = (struct bw_glob){0};
}

bool bw_glob_begins_anywhere(const struct bw_glob *g)
{
	return g->n > 0 && (g->tokens[0].kind == DEEP || g->tokens[0].kind == DIRECTORIES);
}

const char *bw_glob_prefix(const struct bw_glob *g, size_t *len)
{
	*len = g->prefix_len;
	return g->text;
}

const char *bw_glob_suffix(const struct bw_glob *g, size_t *len)
{
	*len = g->text_len - g->suffix_at;
	return g->text + g->suffix_at;
}

const char *bw_glob_infix(const struct bw_glob *g, size_t *len)
{
	*len = g->infix_len;
	return g->text + g->infix_at;
}

bool bw_glob_is_prefix(const struct bw_glob *g)
{
	for (size_t i = 0; i + 1 < g->n; i++)
		if (g->tokens[i].kind != CHARACTER)
			return false;
	return g->n > 0 && g->tokens[g->n - 1].kind == DEEP;
}

/*
 * The next token and the next character. Of a wildcard, what has been tried for it: the text that it takes ends at
 * *_text. An earlier star or `**` than the last need not be tried again: where it ends first, most can follow.
 */
struct match {
	const struct bw_glob *glob;
	const char *text;
	size_t len, token, at;
	size_t star, star_text; /* star: the token behind it, 0: there is none */
	size_t deep, deep_text;
};

static bool matches_character(const struct match *m, size_t *n)
{
	const struct bw_glob_token *t = &m->glob->tokens[m->token];
	uint32_t code;

	*n = read_character(m->text + m->at, m->len - m->at, &code);
	if (t->kind == CHARACTER)
		return t->code == code;
	if (code == '/' && m->glob->is_path)
		return false;
	return t->kind == ANY || is_in_set(t, code);
}

/* One more character for the star. False: its component ends here. */
static bool extend_star(struct match *m)
{
	uint32_t code;

	if (m->star_text == m->len || m->text[m->star_text] == '/')
		return false;
	m->star_text += read_character(m->text + m->star_text, m->len - m->star_text, &code);
	m->at = m->star_text;
	m->token = m->star;
	return true;
}

/* More for the `**`; where a star behind it had no success, nothing in this component can have any. */
static bool extend_deep(struct match *m)
{
	const bool whole = m->glob->tokens[m->deep - 1].kind == DIRECTORIES;
	const size_t from = m->deep_text + (whole ? 0 : 1);
	const char *slash = from < m->len ? memchr(m->text + from, '/', m->len - from) : NULL;
	uint32_t code;

	if (m->deep_text == m->len || ((whole || m->star) && !slash))
		return false;
	if (whole)
		m->deep_text = (size_t)(slash - m->text) + 1;
	else if (m->star)
		m->deep_text = (size_t)(slash - m->text);
	else
		m->deep_text += read_character(m->text + m->deep_text, m->len - m->deep_text, &code);
	m->at = m->deep_text;
	m->token = m->deep;
	m->star = 0;
	return true;
}

/* Passes the wildcards at the next token, which take nothing at first. */
static void enter_wildcards(struct match *m)
{
	for (; m->token < m->glob->n && m->glob->tokens[m->token].kind >= STAR; m->token++) {
		if (m->glob->tokens[m->token].kind == STAR) {
			m->star = m->token + 1;
			m->star_text = m->at;
		} else {
			m->deep = m->token + 1;
			m->deep_text = m->at;
			m->star = 0;
		}
	}
}

bool bw_glob_match(const struct bw_glob *g, const char *text, size_t len)
{
	struct match m = {.glob = g, .text = text, .len = len};

	for (;;) {
		size_t n;

		enter_wildcards(&m);
		if (m.token == g->n && m.at == len)
			return true;
		if (m.token < g->n && m.at < len && matches_character(&m, &n)) {
			m.token++;
			m.at += n;
		} else if (!(m.star && extend_star(&m)) && !(m.deep && extend_deep(&m))) {
			return false;
		}
	}
}
