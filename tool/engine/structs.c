/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/structs.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A word, or a single character of punctuation. */
struct token {
	const char *text;
	size_t len; /* 0: the end */
};

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Past a string, character constant, comment or preprocessor line; p itself if none begins there. */
static const char *skip_opaque(const char *p)
{
	char quote = *p;

	if (p[0] == '/' && p[1] == '*') {
		const char *end = strstr(p + 2, "*/");

		return end ? end + 2 : p + strlen(p);
	}
	if ((p[0] == '/' && p[1] == '/') || *p == '#') {
		while (*p && *p != '\n')
			p += p[0] == '\\' && p[1] ? 2 : 1;
		return p;
	}
	if (quote != '"' && quote != '\'')
		return p;
	for (p++; *p && *p != quote && *p != '\n'; p++)
		if (*p == '\\' && p[1])
			p++;
	return *p == quote ? p + 1 : p;
}

static struct token next_token(const char **at)
{
	const char *p = *at, *past;
	struct token t;

	for (;;) {
		p += strspn(p, " \t\r\n\f\v");
		past = skip_opaque(p);
		if (past == p)
			break;
		p = past;
	}
	t = (struct token){p, *p ? 1 : 0};
	if (is_word_char(*p))
		while (is_word_char(p[t.len]))
			t.len++;
	*at = p + t.len;
	return t;
}

static bool is(struct token t, const char *word)
{
	return t.len == strlen(word) && memcmp(t.text, word, t.len) == 0;
}

static void skip_braces(const char **at)
{
	const char *start = *at;

	for (int depth = 1; depth > 0;) {
		struct token t = next_token(at);

		/* In the first column it ends the declaration: an #else may have opened a brace twice. */
		if (t.len == 0 || (is(t, "}") && t.text > start && t.text[-1] == '\n'))
			return;
		depth += is(t, "{") - is(t, "}");
	}
}

/* Past what stands in the parentheses that follow. */
static void skip_parens(const char **at)
{
	int depth = 0;

	do {
		struct token t = next_token(at);

		if (t.len == 0)
			return;
		depth += is(t, "(") - is(t, ")");
	} while (depth > 0);
}

/*
 * Reads one declaration of the top level, up to its semicolon or the end of a function's body. Returns the type it
 * declares: the tag of a struct with its members, or, for a typedef of one without a tag, the typedef's name. len 0:
 * neither.
 */
static struct token read_declaration(const char **at, struct token t, bool *tagged)
{
	struct token found = {0}, word = {0};
	bool is_typedef = is(t, "typedef"), in_struct = false, members = false, function = false;

	*tagged = false;
	for (; t.len && !is(t, ";"); t = next_token(at)) {
		if (is(t, "struct") && !members) {
			in_struct = true;
			word = (struct token){0};
		} else if (is(t, "__attribute__")) {
			skip_parens(at);
		} else if (is(t, "=")) {
			in_struct = false; /* a variable */
		} else if (is(t, "(") && !members) {
			function = true; /* or a macro's use */
		} else if (is(t, "{")) {
			skip_braces(at);
			if (function || !in_struct || members)
				return (struct token){0};
			members = true;
			*tagged = word.len > 0;
			found = word;
			word = (struct token){0};
		} else if (is_word_char(*t.text)) {
			word = t;
		}
	}
	if (!*tagged)
		found = is_typedef ? word : (struct token){0};
	return members && t.len ? found : (struct token){0};
}

int bw_structs_add_tables(const char *text, const char *prefix, char **longer)
{
	size_t len;
	FILE *out = open_memstream(longer, &len);
	const char *at = text, *from = text;
	unsigned n = 0;

	if (!out)
		return -ENOMEM;
	for (struct token t = next_token(&at); t.len; t = next_token(&at)) {
		bool tagged;
		struct token type = read_declaration(&at, t, &tagged);

		if (!type.len)
			continue;
		fwrite(from, 1, (size_t)(at - from), out);
		fprintf(out, " BPF_ARRAY(%s%u, %s%.*s, 1);", prefix, n++, tagged ? "struct " : "", (int)type.len,
			type.text);
		from = at;
	}
	fputs(from, out);
	return fclose(out) == 0 ? 0 : -ENOMEM;
}
