/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/tokens.h"

#include <ctype.h>
#include <string.h>

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static const char *skip_comment(const char *p)
{
	const char *end = strstr(p + 2, "*/");

	return end ? end + 2 : p + strlen(p);
}

/* Past a line of the preprocessor or a // comment, with the lines that continue it. */
static const char *skip_line(const char *p)
{
	bool directive = *p == '#';

	while (*p && *p != '\n') {
		if (directive && p[0] == '/' && p[1] == '*')
			p = skip_comment(p);
		else if (p[0] == '\\' && p[1] == '\r' && p[2] == '\n')
			p += 3;
		else
			p += p[0] == '\\' && p[1] ? 2 : 1;
	}
	return p;
}

/* Past a string, character constant, comment or preprocessor line; p itself if none begins there. */
static const char *skip_opaque(const char *p)
{
	char quote = *p;

	if (p[0] == '/' && p[1] == '*')
		return skip_comment(p);
	if ((p[0] == '/' && p[1] == '/') || *p == '#')
		return skip_line(p);
	if (quote != '"' && quote != '\'')
		return p;
	for (p++; *p && *p != quote && *p != '\n'; p++)
		if (*p == '\\' && p[1])
			p++;
	return *p == quote ? p + 1 : p;
}

struct bw_token bw_token_next(const char **at)
{
	const char *p = *at, *past;
	struct bw_token t;

	for (;;) {
		p += strspn(p, " \t\r\n\f\v\\");
		past = skip_opaque(p);
		if (past == p)
			break;
		p = past;
	}
	t = (struct bw_token){p, *p ? 1 : 0};
	if (is_word_char(*p))
		while (is_word_char(p[t.len]))
			t.len++;
	*at = p + t.len;
	return t;
}

bool bw_token_is(struct bw_token t, const char *word)
{
	return t.len == strlen(word) && memcmp(t.text, word, t.len) == 0;
}

bool bw_token_is_one_of(struct bw_token t, const char *characters)
{
	return t.len == 1 && strchr(characters, *t.text);
}
