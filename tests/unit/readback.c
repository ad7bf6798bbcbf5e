/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/readback.h"

void hostile(char *text, size_t size)
{
	/* clang-format off */
	static const char *const parts[] = {
		" ", "=", "\"", "\\", ",", "[", "]", "{", "}", "\n", "\x1b", "\xff", "'", "\\x20", "?", "x", " A=", "\xc3\xa9",
		"\xe2\x80\x8b", "\xc2\xa0", "\t", "\xcc\xb8", ", ", "\\\"", "0x", "denied.", " FILENAME=", ", killed.", " UID=0",
		"a b", "\xf3\xa0\x81\x81"};
	/* clang-format on */
	size_t len = 0;

	memset(text, 0, size);
	for (long n = random() % 5; n > 0; n--) {
		const char *part = parts[(size_t)random() % LENGTH(parts)];
		size_t more = strlen(part) < size - len ? strlen(part) : size - len;

		memcpy(text + len, part, more); /* NOLINT(bugprone-not-null-terminated-result) */
		len += more;
	}
}

void expect(struct reader *r, const char *text)
{
	if (strncmp(r->p, text, strlen(text)) != 0)
		fail_msg("'%s' is not at: %s", text, r->p);
	r->p += strlen(text);
}

static unsigned char hex_digit(char c)
{
	assert_true(isxdigit((unsigned char)c) && !isupper((unsigned char)c));
	return (unsigned char)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static char read_escape(struct reader *r, bool quoted)
{
	static const char names[] = "ntr\\\"", meanings[] = "\n\t\r\\\"";
	const char *name;
	unsigned char byte;

	r->p++;
	if (*r->p == 'x') {
		byte = (unsigned char)(hex_digit(r->p[1]) << 4);
		byte |= hex_digit(r->p[2]);
		r->p += 3;
		return (char)byte;
	}
	name = *r->p ? strchr(names, *r->p) : NULL;
	assert_true(name && (*name != '"' || quoted));
	r->p++;
	return meanings[name - names];
}

void read_text(struct reader *r, const char *ends, char *text, size_t size)
{
	bool quoted = *r->p == '"';
	size_t len = 0;

	memset(text, 0, size);
	r->p += quoted;
	while (*r->p && (quoted ? *r->p != '"' : !strchr(ends, *r->p))) {
		char c = *r->p;

		if (c == '\\')
			c = read_escape(r, quoted);
		else
			r->p++;
		assert_true(len < size);
		text[len++] = c;
	}
	assert_true(!quoted || *r->p == '"');
	r->p += quoted;
}

unsigned long long read_number(struct reader *r)
{
	char *end;
	unsigned long long n = strtoull(r->p, &end, 10);

	assert_true(isdigit((unsigned char)*r->p));
	r->p = end;
	return n;
}

void skip_spaces(struct reader *r)
{
	assert_int_equal(*r->p, ' ');
	r->p += strspn(r->p, " ");
}

void read_name_and_comma(struct reader *r, char *name, size_t size)
{
	char *comma;

	if (*r->p == '"') {
		read_text(r, "", name, size);
		expect(r, ",");
		return;
	}
	char text[256];

	read_text(r, " =\"", text, sizeof(text));
	comma = strrchr(text, ',');
	assert_non_null(comma);
	assert_true(!comma[1] && (size_t)(comma - text) <= size);
	memset(name, 0, size);
	memcpy(name, text, (size_t)(comma - text));
}

void read_words(struct reader *r, const char *next, char *words, size_t size)
{
	char raw[256];
	const char *end = strchr(r->p, '=');

	if (*r->p == '"') {
		read_text(r, "", words, size);
		return;
	}
	assert_non_null(end);
	end -= strlen(next) - 1;
	assert_memory_equal(end, next, strlen(next));
	snprintf(raw, sizeof(raw), "%.*s", (int)(end - r->p), r->p);
	read_text(&(struct reader){raw}, "", words, size);
	r->p = end;
}
