/* SPDX-License-Identifier: Apache-2.0 */
#include "output/value_parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct text {
	const char *at;
	size_t len;
};

static int fail(const char **why, const char *what)
{
	*why = what;
	return -EINVAL;
}

/* Does the number have a place in so many bytes? */
static bool fits(unsigned long long n, bool negative, bool is_signed, uint32_t size)
{
	const uint64_t all = UINT64_MAX >> (64 - 8 * size), most = is_signed ? all >> 1 : all;

	return negative ? is_signed && n <= most + 1 : n <= most;
}

static void store(char *data, uint64_t n, uint32_t size)
{
	const uint8_t b = (uint8_t)n;
	const uint16_t h = (uint16_t)n;
	const uint32_t w = (uint32_t)n;
	const void *const forms[] = {[1] = &b, [2] = &h, [4] = &w, [8] = &n};

	memcpy(data, forms[size], size);
}

/* Of 1, 2, 4 or 8 bytes. */
static int parse_number(const struct bw_layout_field *f, struct text text, char *data, const char **why)
{
	static const char wanted[] = "it is a number that fits";
	const bool negative = text.len > 0 && *text.at == '-';
	char digits[32], *end;
	unsigned long long n;

	if (negative)
		text = (struct text){text.at + 1, text.len - 1};
	if (text.len == 0 || text.len >= sizeof(digits) || !isdigit((unsigned char)*text.at))
		return fail(why, wanted);
	memcpy(digits, text.at, text.len);
	digits[text.len] = '\0';
	errno = 0;
	n = strtoull(digits, &end, strncmp(digits, "0x", 2) == 0 ? 16 : 10);
	if (errno || *end || !fits(n, negative, f->kind == BW_SIGNED, f->size))
		return fail(why, wanted);
	store(data, negative ? 0 - (uint64_t)n : n, f->size);
	return 0;
}

static int parse_bool(struct text text, char *data, const char **why)
{
	const bool yes = text.len == 4 && memcmp(text.at, "true", 4) == 0;

	if (!yes && !(text.len == 5 && memcmp(text.at, "false", 5) == 0))
		return fail(why, "it is true or false");
	*data = yes;
	return 0;
}

static int parse_chars(size_t room, struct text text, char *data, const char **why)
{
	if (text.len >= room)
		return fail(why, "the text is too long");
	memcpy(data, text.at, text.len);
	return 0;
}

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return at ? (int)(at - digits) : -1;
}

static int parse_hex(size_t room, struct text text, char *data, const char **why)
{
	static const char wanted[] = "it is 0x and two digits for each byte";

	if (text.len != 2 + 2 * room || memcmp(text.at, "0x", 2) != 0)
		return fail(why, wanted);
	for (size_t i = 0; i < room; i++) {
		int high = digit(text.at[2 + 2 * i]), low = digit(text.at[3 + 2 * i]);

		if (high < 0 || low < 0)
			return fail(why, wanted);
		data[i] = (char)(high << 4 | low);
	}
	return 0;
}

static int parse_field(const struct bw_layout_field *f, struct text text, char *data, const char **why)
{
	if (f->bits)
		return fail(why, "it is a bit field, which cannot be given");
	if (f->kind == BW_CHAR && f->n_dims == 1)
		return parse_chars(f->count, text, data, why);
	if (f->n_dims > 0 || f->kind == BW_BYTES || f->kind == BW_UNION || f->size > 8)
		return parse_hex((size_t)f->size * f->count, text, data, why);
	if (f->kind == BW_BOOL)
		return parse_bool(text, data, why);
	if (f->kind == BW_CHAR)
		return text.len == 1 ? (*data = *text.at, 0) : fail(why, "it is one character");
	return parse_number(f, text, data, why);
}

/* n records, members of members included; offset: of their struct. *rest is moved past what they take. */
static int parse_members(const struct bw_layout_field *fields, uint32_t n, struct text *rest, char *data,
			 const char **why)
{
	for (uint32_t i = 0; i < n; i += 1 + fields[i].below) {
		const struct bw_layout_field *f = &fields[i];
		struct text part = *rest;
		const char *comma;
		int r;

		if (f->kind == BW_STRUCT && f->n_dims == 0) {
			r = parse_members(f + 1, f->below, rest, data + f->offset, why);
			if (r < 0)
				return r;
			continue;
		}
		if (!rest->at)
			return fail(why, "it has more members");
		comma = memchr(rest->at, ',', rest->len);
		part.len = comma ? (size_t)(comma - rest->at) : rest->len;
		r = parse_field(f, part, data + f->offset, why);
		if (r < 0)
			return r;
		*rest = comma ? (struct text){comma + 1, rest->len - part.len - 1} : (struct text){0};
	}
	return 0;
}

int bw_value_parse(const struct bw_layout *layout, const char *text, void *data, size_t size, const char **why)
{
	struct text rest = {text, strlen(text)};
	int r;

	memset(data, 0, size);
	if (layout->n == 0)
		return parse_hex(size, rest, data, why);
	if (bw_layout_is_single(layout) && layout->fields[0].kind != BW_STRUCT)
		return parse_field(&layout->fields[0], rest, data, why);
	r = parse_members(layout->fields, layout->n, &rest, data, why);
	return r == 0 && rest.at ? fail(why, "it has fewer members") : r;
}
