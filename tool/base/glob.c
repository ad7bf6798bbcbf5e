/* SPDX-License-Identifier: Apache-2.0 */
#include "base/glob.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/glob_token.h"
#include "base/utf8.h"

size_t bw_glob_token_character(const char *text, size_t len, uint32_t *code)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n;

	if (s[0] < 0x80) {
		*code = s[0];
		return 1;
	}
	n = bw_utf8_decode(s, len, code);
	if (n == 0)
		*code = BW_GLOB_INVALID + s[0];
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
		const struct bw_glob_member *m = &t->members[i];

		if (m->class ? is_in_class(m->class, code) : code >= m->from && code <= m->to)
			return !t->negated;
	}
	return t->negated;
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
	return g->n > 0 && (g->tokens[0].kind == BW_GLOB_DEEP || g->tokens[0].kind == BW_GLOB_DIRECTORIES);
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
		if (g->tokens[i].kind != BW_GLOB_CHARACTER)
			return false;
	return g->n > 0 && g->tokens[g->n - 1].kind == BW_GLOB_DEEP;
}

bool bw_glob_is_star(const struct bw_glob *g, size_t token)
{
	return g->tokens[token].kind >= BW_GLOB_STAR;
}

static bool takes(const struct bw_glob_token *t, uint32_t code)
{
	return t->kind == BW_GLOB_CHARACTER ? t->code == code : t->kind == BW_GLOB_ANY || is_in_set(t, code);
}

bool bw_glob_takes(const struct bw_glob *g, size_t token, uint32_t character)
{
	return takes(&g->tokens[token], character);
}

static int add_bound(uint32_t **bounds, size_t *n, uint32_t code)
{
	uint32_t *more;

	if (code < 0x80)
		return 0;
	more = reallocarray(*bounds, *n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	*bounds = more;
	more[(*n)++] = code;
	return 0;
}

/* Classes are of ASCII alone. */
int bw_glob_bounds(const struct bw_glob *g, uint32_t **bounds, size_t *n)
{
	int r = 0;

	for (size_t i = 0; i < g->n && r == 0; i++) {
		const struct bw_glob_token *t = &g->tokens[i];

		if (t->kind == BW_GLOB_CHARACTER) {
			r = add_bound(bounds, n, t->code);
			r = r == 0 ? add_bound(bounds, n, t->code + 1) : r;
		}
		for (size_t k = 0; k < t->n && r == 0; k++) {
			r = add_bound(bounds, n, t->members[k].class ? 0 : t->members[k].from);
			r = r == 0 ? add_bound(bounds, n, t->members[k].class ? 0 : t->members[k].to + 1) : r;
		}
	}
	return r;
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

	*n = bw_glob_token_character(m->text + m->at, m->len - m->at, &code);
	if (t->kind != BW_GLOB_CHARACTER && code == '/' && m->glob->is_path)
		return false;
	return takes(t, code);
}

/* One more character for the star. False: its component ends here. */
static bool extend_star(struct match *m)
{
	uint32_t code;

	if (m->star_text == m->len || m->text[m->star_text] == '/')
		return false;
	m->star_text += bw_glob_token_character(m->text + m->star_text, m->len - m->star_text, &code);
	m->at = m->star_text;
	m->token = m->star;
	return true;
}

/* More for the `**`; where a star behind it had no success, nothing in this component can have any. */
static bool extend_deep(struct match *m)
{
	const bool whole = m->glob->tokens[m->deep - 1].kind == BW_GLOB_DIRECTORIES;
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
		m->deep_text += bw_glob_token_character(m->text + m->deep_text, m->len - m->deep_text, &code);
	m->at = m->deep_text;
	m->token = m->deep;
	m->star = 0;
	return true;
}

/* Passes the wildcards at the next token, which take nothing at first. */
static void enter_wildcards(struct match *m)
{
	for (; m->token < m->glob->n && m->glob->tokens[m->token].kind >= BW_GLOB_STAR; m->token++) {
		if (m->glob->tokens[m->token].kind == BW_GLOB_STAR) {
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
