/* SPDX-License-Identifier: Apache-2.0 */
#include "base/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/binary_search.h"
#include "base/utf8.h"

struct range {
	uint32_t from, to;
};

#include "base/unicode.inc"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

static uint64_t start_of(const void *range)
{
	return ((const struct range *)range)->from;
}

static bool is_among(const struct range *ranges, size_t n, uint32_t code)
{
	size_t up_to = bw_binary_search_up_to(ranges, n, sizeof(*ranges), start_of, code);

	return up_to > 0 && code <= ranges[up_to - 1].to;
}

static bool is_alphanumeric(uint32_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/*
 * A character from U+0080 on: must it not be shown as it is? *has_base: does a character stand before it that a mark
 * may be drawn over? Over a space, a quote or `=` a mark would change how the line reads.
 */
static bool is_harmful(uint32_t code, bool *has_base)
{
	bool harmful = is_among(hidden, LENGTH(hidden), code) || (!*has_base && is_among(marks, LENGTH(marks), code));

	*has_base = !harmful;
	return harmful;
}

static size_t put_hex(char *dst, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";

	dst[0] = '\\';
	dst[1] = 'x';
	dst[2] = digits[c >> 4];
	dst[3] = digits[c & 15];
	return 4;
}

/* How characters with a meaning in a line are written. */
enum style {
	MESSAGE, /* a backslash and a tab stay */
	PLAIN,	 /* a backslash is doubled */
	QUOTED,	 /* a quote has a backslash before it, too */
};

static size_t put_ascii(char *dst, unsigned char c, enum style style)
{
	/* Characters with an escape of their own, and its second character. */
	static const char special[] = "\\\"\n\t\r", names[] = "\\\"ntr";
	const char *found;

	if (c >= 0x20 && c < 0x7f && c != '\\' && c != '"') {
		dst[0] = (char)c;
		return 1;
	}
	if ((c == '"' && style != QUOTED) || ((c == '\\' || c == '\t') && style == MESSAGE)) {
		dst[0] = (char)c;
		return 1;
	}
	found = c ? strchr(special, c) : NULL;
	if (!found)
		return put_hex(dst, c);
	dst[0] = '\\';
	dst[1] = names[found - special];
	return 2;
}

/* How many of the first bytes are printable ASCII that no style escapes; at least 8 at once, else 0. */
static size_t plain_run(const unsigned char *s, size_t len)
{
	const uint64_t ones = 0x0101010101010101U, tops = 0x8080808080808080U;
	size_t n = 0;

	for (uint64_t x; n + sizeof(x) <= len; n += sizeof(x)) {
		uint64_t quote, backslash;

		memcpy(&x, s + n, sizeof(x));
		quote = x ^ ones * '"';
		backslash = x ^ ones * '\\';
		/* The highest bit of a byte is set where it is below ' ', above '~', or one of the two. */
		if (((x - ones * ' ') | (x + ones) | x | ((quote - ones) & ~quote) |
		     ((backslash - ones) & ~backslash)) &
		    tops)
			break;
	}
	return n;
}

static size_t escape(char *dst, const char *src, size_t len, enum style style)
{
	const unsigned char *s = (const unsigned char *)src;
	bool has_base = false;
	size_t out = 0;

	for (size_t i = 0; i < len;) {
		uint32_t code = 0;
		size_t n = plain_run(s + i, len - i);

		if (n > 0) {
			memcpy(dst + out, s + i, n);
			out += n;
			i += n;
			has_base = is_alphanumeric(s[i - 1]);
			continue;
		}
		if (s[i] < 0x80) {
			has_base = is_alphanumeric(s[i]);
			out += put_ascii(dst + out, s[i++], style);
			continue;
		}
		n = bw_utf8_decode(s + i, len - i, &code);
		if (n == 0 || is_harmful(code, &has_base)) {
			has_base = false;
			for (n = n ? n : 1; n > 0; n--)
				out += put_hex(dst + out, s[i++]);
			continue;
		}
		memcpy(dst + out, s + i, n);
		out += n;
		i += n;
	}
	return out;
}

size_t bw_escape(char *dst, const char *src, size_t len)
{
	return escape(dst, src, len, PLAIN);
}

size_t bw_escape_controls(char *dst, const char *src, size_t len)
{
	return escape(dst, src, len, MESSAGE);
}

size_t bw_escape_quote(char *dst, const char *src, size_t len, const char *special)
{
	size_t out = 0;

	for (; *special && !memchr(src, *special, len); special++)
		;
	if (!*special)
		return escape(dst, src, len, PLAIN);
	dst[out++] = '"';
	out += escape(dst + out, src, len, QUOTED);
	dst[out++] = '"';
	return out;
}

static size_t put_unit(char *dst, uint32_t unit)
{
	static const char digits[] = "0123456789abcdef";

	dst[0] = '\\';
	dst[1] = 'u';
	for (int i = 0; i < 4; i++)
		dst[2 + i] = digits[unit >> (12 - 4 * i) & 15];
	return 6;
}

/* \uXXXX, from U+10000 on two of them: a pair of surrogates. */
static size_t put_unicode(char *dst, uint32_t code)
{
	if (code < 0x10000)
		return put_unit(dst, code);
	code -= 0x10000;
	put_unit(dst, 0xd800 | code >> 10);
	return 6 + put_unit(dst + 6, 0xdc00 | (code & 0x3ff));
}

static size_t put_json_ascii(char *dst, unsigned char c)
{
	if (c < 0x20 || c == 0x7f)
		return put_unicode(dst, c);
	if (c != '"' && c != '\\') {
		*dst = (char)c;
		return 1;
	}
	dst[0] = '\\';
	dst[1] = (char)c;
	return 2;
}

size_t bw_escape_json(char *dst, const char *src, size_t len, bool *exact)
{
	const unsigned char *s = (const unsigned char *)src;
	bool has_base = false;
	size_t out = 0;

	*exact = true;
	for (size_t i = 0, n; i < len; i += n) {
		uint32_t code = s[i];

		n = plain_run(s + i, len - i);
		if (n > 0) {
			memcpy(dst + out, s + i, n);
			out += n;
			has_base = is_alphanumeric(s[i + n - 1]);
			continue;
		}
		n = s[i] < 0x80 ? 1 : bw_utf8_decode(s + i, len - i, &code);
		if (s[i] < 0x80) {
			has_base = is_alphanumeric(code);
			out += put_json_ascii(dst + out, s[i]);
		} else if (n == 0) {
			has_base = false;
			out += put_unicode(dst + out, 0xfffd);
			*exact = false;
			n = 1;
		} else if (is_harmful(code, &has_base)) {
			out += put_unicode(dst + out, code);
		} else {
			memcpy(dst + out, s + i, n);
			out += n;
		}
	}
	return out;
}

const char *bw_escape_unicode_version(void)
{
	return unicode_version;
}

void bw_escape_print_text(FILE *out, const char *text)
{
	while (*text) {
		size_t line = strcspn(text, "\n"), n = line < 256 ? line : 256;
		char escaped[4 * 256] = "";

		/* A character of several bytes is not cut in two. */
		for (size_t whole = n; n < line && n + 4 > whole && ((unsigned char)text[n] & 0xc0) == 0x80;)
			n--;
		fwrite(escaped, 1, bw_escape_controls(escaped, text, n), out);
		text += n;
		if (n == line && *text)
			fputc(*text++, out);
	}
}
