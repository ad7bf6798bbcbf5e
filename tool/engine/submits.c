/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/submits.h"

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

static struct token next_token(const char **at)
{
	const char *p = *at, *past;
	struct token t;

	for (;;) {
		p += strspn(p, " \t\r\n\f\v\\");
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

static bool is_one_of(struct token t, const char *characters)
{
	return t.len == 1 && strchr(characters, *t.text);
}

/* A call of perf_submit. */
struct submit {
	struct token table;
	const char *event, *event_end; /* its second argument */
	const char *end;	       /* past its closing parenthesis */
};

/* Reads the arguments that begin at `at`. false where they have no end, or are fewer than three. */
static bool read_arguments(const char *at, struct submit *s)
{
	int depth = 1, commas = 0;

	while (depth > 0) {
		struct token t = next_token(&at);

		if (t.len == 0)
			return false;
		depth += is_one_of(t, "([{") - is_one_of(t, ")]}");
		if (depth != 1 || !is(t, ","))
			continue;
		commas++;
		if (commas == 1)
			s->event = at;
		else if (commas == 2)
			s->event_end = t.text;
	}
	s->end = at;
	return commas == 2;
}

/* The argument on one line, without comments. */
static void put_argument(FILE *out, const struct submit *s)
{
	const char *at = s->event, *end = NULL;

	for (struct token t = next_token(&at); t.len && t.text < s->event_end; t = next_token(&at)) {
		fprintf(out, "%s%.*s", end && t.text > end ? " " : "", (int)t.len, t.text);
		end = at;
	}
}

/* BPF_ARRAY(NAME, the event's type, 1) as a local variable; a pointer to void is taken for one to char. */
static void put_table(FILE *out, const struct submit *s, unsigned n)
{
	char name[128];

	snprintf(name, sizeof(name), "%s%u_%.*s", BW_LAYOUT_PREFIX, n, (int)s->table.len, s->table.text);
	fputs("typedef __typeof__(__builtin_choose_expr(__builtin_types_compatible_p(__typeof__(*(", out);
	put_argument(out, s);
	fputs(")), void), (char)0, *(", out);
	put_argument(out, s);
	fprintf(out, "))) %s_t;", name);
	fprintf(out, " struct %s_table_t { int key; %s_t leaf; u32 max_entries; int flags; };", name, name);
	fprintf(out, " static struct %s_table_t __attribute__((section(\"maps/array\"))) %s = { .max_entries = 1 };",
		name, name);
	fprintf(out, " struct ____btf_map_%s { int key; %s_t value; };", name, name);
	fprintf(out, " static struct ____btf_map_%s __attribute__((section(\".maps.%s\"), used)) ____btf_map_%s = {};",
		name, name, name);
}

static void put_submit(FILE *out, const struct submit *s, unsigned n)
{
	fputs("({ ", out);
	put_table(out, s, n);
	fprintf(out, " int bccwatch_r = %.*s;", (int)(s->end - s->table.text), s->table.text);
	fputs(" if (bccwatch_r < 0) { int bccwatch_k = 0; u64 *bccwatch_n = " BW_REFUSED_TABLE ".lookup(&bccwatch_k);"
	      " if (bccwatch_n) *bccwatch_n += 1; } bccwatch_r; })",
	      out);
}

int bw_submits_wrap(const char *text, char **longer)
{
	struct token before[3] = {0}; /* the last tokens, the newest first */
	const char *at = text, *from = text;
	size_t len;
	FILE *out = open_memstream(longer, &len);
	unsigned n = 0;

	if (!out)
		return -ENOMEM;
	if (strstr(text, "perf_submit"))
		fputs("BPF_PERCPU_ARRAY(" BW_REFUSED_TABLE ", u64, 1);\n", out);
	for (struct token t = next_token(&at); t.len; t = next_token(&at)) {
		struct submit s = {.table = before[2]};

		if (is(t, "(") && is(before[0], "perf_submit") && is(before[1], ".") && read_arguments(at, &s)) {
			fwrite(from, 1, (size_t)(s.table.text - from), out);
			put_submit(out, &s, n++);
			at = from = s.end;
		}
		before[2] = before[1];
		before[1] = before[0];
		before[0] = t;
	}
	fputs(from, out);
	return fclose(out) == 0 ? 0 : -ENOMEM;
}
