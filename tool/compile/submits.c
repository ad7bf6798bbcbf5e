/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/submits.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build/tokens.h"
#include "program/image.h"

/* The methods of tables by which events are sent. */
static const struct method {
	const char *name;
	int arguments;
	int event;	     /* which argument; -1: none */
	const char *result;  /* the type; NULL: nothing */
	const char *failed;  /* with the result behind it */
	const char *refusal; /* enum bw_refused, where it failed */
} methods[] = {
	{"perf_submit", 3, 1, "int", "0 > ", "bccwatch_r == -2 || bccwatch_r == -95"}, /* ENOENT, EOPNOTSUPP */
	{"ringbuf_output", 3, 0, "int", "0 > ", "0"},
	{"ringbuf_reserve", 1, -1, "void *", "!", "0"},
	{"ringbuf_submit", 2, 0, NULL, NULL, NULL},
};

_Static_assert(BW_REFUSED_FULL == 0 && BW_REFUSED_NO_BUFFER == 1, "as the refusals have it");

enum { METHODS = sizeof(methods) / sizeof(*methods), ARGUMENTS = 3 };

/* A call of one of them. */
struct submit {
	const struct method *method;
	struct bw_token table;
	const char *from[ARGUMENTS], *to[ARGUMENTS]; /* its arguments */
	const char *end;			     /* past its closing parenthesis */
};

static const struct method *find_method(struct bw_token t)
{
	for (int i = 0; i < METHODS; i++)
		if (bw_tokens_is(t, methods[i].name))
			return &methods[i];
	return NULL;
}

/*
 * Reads the arguments that begin at `at`. false where they have no end, are not as many as there must be, or have
 * another such call in them: each text is read once.
 */
static bool read_arguments(const char *at, struct submit *s)
{
	int depth = 1, n = 0;

	s->from[0] = at;
	while (depth > 0) {
		struct bw_token t = bw_tokens_next(&at);

		if (t.len == 0 || find_method(t))
			return false;
		depth += bw_tokens_is_one_of(t, "([{") - bw_tokens_is_one_of(t, ")]}");
		if (depth > 1 || (depth == 1 && !bw_tokens_is(t, ",")))
			continue;
		if (n == ARGUMENTS)
			return false;
		s->to[n++] = t.text;
		if (n < ARGUMENTS)
			s->from[n] = at;
	}
	s->end = at;
	return n == s->method->arguments;
}

/* The event's argument on one line, without comments. */
static void put_event(FILE *out, const struct submit *s)
{
	const char *to = s->to[s->method->event], *past;
	bool gap = false, begun = false;

	for (const char *p = s->from[s->method->event]; p < to; p = past) {
		past = bw_tokens_skip_opaque(p);
		if (strchr(" \t\r\n\f\v\\", *p) || (past > p && *p != '"' && *p != '\'')) {
			past += past == p;
			gap = begun;
			continue;
		}
		past += past == p;
		fputs(gap ? " " : "", out);
		fwrite(p, 1, (size_t)(past - p), out);
		gap = false;
		begun = true;
	}
}

/* The type of what is sent: of an array, the array; else of what is pointed to, and char in place of void. */
static void put_type(FILE *out, const struct submit *s)
{
	fputs("__typeof__(__builtin_choose_expr(__builtin_types_compatible_p(__typeof__(*(", out);
	put_event(out, s);
	fputs(")), void), (char)0, __builtin_choose_expr(__builtin_types_compatible_p(__typeof__(", out);
	put_event(out, s);
	fputs("), __typeof__(*(", out);
	put_event(out, s);
	fputs(")) *), *(", out);
	put_event(out, s);
	fputs("), ", out);
	put_event(out, s);
	fputs(")))", out);
}

/* BPF_ARRAY(NAME, the event's type, 1) as a local variable. */
static void put_table(FILE *out, const struct submit *s, unsigned n)
{
	char name[128];

	snprintf(name, sizeof(name), "%s%u_%.*s", BW_LAYOUT_PREFIX, n, (int)s->table.len, s->table.text);
	fputs("typedef ", out);
	put_type(out, s);
	fprintf(out, " %s_t;", name);
	fprintf(out, " struct %s_table_t { int key; %s_t leaf; u32 max_entries; int flags; };", name, name);
	fprintf(out, " static struct %s_table_t __attribute__((section(\"maps/array\"))) %s = { .max_entries = 1 };",
		name, name);
	fprintf(out, " struct ____btf_map_%s { int key; %s_t value; };", name, name);
	fprintf(out, " static struct ____btf_map_%s __attribute__((section(\".maps.%s\"), used)) ____btf_map_%s = {};",
		name, name, name);
}

static void put_call(FILE *out, const struct submit *s)
{
	fprintf(out, "%.*s; ", (int)(s->end - s->table.text), s->table.text);
}

/* In place of the call, with the same value. */
static void put_submit(FILE *out, const struct submit *s, bool layouts, unsigned n)
{
	fputs("({ ", out);
	if (layouts && s->method->event >= 0)
		put_table(out, s, n);
	if (s->method->result) {
		fprintf(out, " %s bccwatch_r = ", s->method->result);
		put_call(out, s);
		fprintf(out, "if (%sbccwatch_r) { int bccwatch_k = %s; u64 *bccwatch_n = ", s->method->failed,
			s->method->refusal);
		fputs(BW_REFUSED_TABLE ".lookup(&bccwatch_k); if (bccwatch_n) *bccwatch_n += 1; } bccwatch_r; ", out);
	} else {
		put_call(out, s);
	}
	fputs("})", out);
}

bool bw_submits_is_method(struct bw_token token)
{
	return find_method(token);
}

/* A table's name is a word; what stands there else, or nothing, is none of libbcc's calls. */
static bool is_word(struct bw_token t)
{
	return t.len > 0 && (isalnum((unsigned char)*t.text) || *t.text == '_');
}

int bw_submits_wrap(const char *text, bool layouts, char **longer)
{
	struct bw_token before[3] = {0}; /* the last tokens, the newest first */
	const char *at = text, *from = text;
	size_t len;
	FILE *out = open_memstream(longer, &len);
	unsigned n = 0;

	if (!out)
		return -ENOMEM;
	if (strstr(text, "perf_submit") || strstr(text, "ringbuf_"))
		fputs("BPF_PERCPU_ARRAY(" BW_REFUSED_TABLE ", u64, 2);\n", out);
	for (struct bw_token t = bw_tokens_next(&at); t.len; t = bw_tokens_next(&at)) {
		struct submit s = {.table = before[2], .method = find_method(before[0])};

		if (bw_tokens_is(t, "(") && s.method && bw_tokens_is(before[1], ".") && is_word(s.table) &&
		    read_arguments(at, &s)) {
			fwrite(from, 1, (size_t)(s.table.text - from), out);
			put_submit(out, &s, layouts, n++);
			at = from = s.end;
		}
		before[2] = before[1];
		before[1] = before[0];
		before[0] = t;
	}
	fputs(from, out);
	return fclose(out) == 0 ? 0 : -ENOMEM;
}
