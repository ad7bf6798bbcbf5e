/* SPDX-License-Identifier: Apache-2.0 */
#include "build/tokens.h"

#include <ctype.h>
#include <string.h>

#include "base/hash.h"

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static size_t word_length(const char *p)
{
	size_t len = 0;

	while (is_word_char(p[len]))
		len++;
	return len;
}

static const char *skip_comment(const char *p)
{
	const char *end = strstr(p + 2, "*/");

	return end ? end + 2 : p + strlen(p);
}

/* Past a backslash and what it stands before: the end of a line, where clang lets there be blanks, or a character. */
static const char *skip_backslash(const char *p)
{
	const char *end = p + 1 + strspn(p + 1, " \t\r\f\v");

	if (*end == '\n')
		return end + 1;
	return p[1] ? p + 2 : p + 1;
}

/* Past a line of the preprocessor or a // comment, with the lines that continue it. */
static const char *skip_line(const char *p)
{
	bool directive = *p == '#';

	while (*p && *p != '\n') {
		/* A comment, or a string, which may have the signs of one. */
		const char *past = directive && strchr("/\"'", *p) ? bw_tokens_skip_opaque(p) : p;

		if (past != p)
			p = past;
		else
			p = *p == '\\' ? skip_backslash(p) : p + 1;
	}
	return p;
}

const char *bw_tokens_skip_opaque(const char *p)
{
	char quote = *p;

	if (p[0] == '/' && p[1] == '*')
		return skip_comment(p);
	if ((p[0] == '/' && p[1] == '/') || *p == '#')
		return skip_line(p);
	if (quote != '"' && quote != '\'')
		return p;
	for (p++; *p && *p != quote && *p != '\n';)
		p = *p == '\\' ? skip_backslash(p) : p + 1;
	return *p == quote ? p + 1 : p;
}

struct bw_token bw_tokens_next(const char **at)
{
	const char *p = *at, *past;
	struct bw_token t;

	for (;;) {
		p += strspn(p, " \t\r\n\f\v\\");
		past = bw_tokens_skip_opaque(p);
		if (past == p)
			break;
		p = past;
	}
	t = (struct bw_token){p, word_length(p)};
	if (t.len == 0 && *p)
		t.len = 1;
	*at = p + t.len;
	return t;
}

bool bw_tokens_is(struct bw_token t, const char *word)
{
	return t.len == strlen(word) && memcmp(t.text, word, t.len) == 0;
}

bool bw_tokens_is_one_of(struct bw_token t, const char *characters)
{
	return t.len == 1 && strchr(characters, *t.text);
}

/* The number of the bit of a word of len characters. */
static uint32_t bit_of(const char *word, size_t len)
{
	uint64_t hash = bw_hash(word, len);

	return (uint32_t)(hash ^ hash >> 16) & 0xffff;
}

void bw_tokens_set_add(struct bw_tokens_set *words, const char *text)
{
	while (*text) {
		const char *past = *text == '#' ? text : bw_tokens_skip_opaque(text);
		size_t len = past > text ? (size_t)(past - text) : word_length(text);
		uint32_t bit = bit_of(text, len);

		if (past == text && len > 0)
			words->bits[bit / 64] |= UINT64_C(1) << bit % 64;
		text += len > 0 ? len : 1;
	}
}

bool bw_tokens_set_has(const struct bw_tokens_set *words, const char *word)
{
	uint32_t bit = bit_of(word, strlen(word));

	return *word && words->bits[bit / 64] >> bit % 64 & 1;
}
