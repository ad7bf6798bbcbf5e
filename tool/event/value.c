/* SPDX-License-Identifier: Apache-2.0 */
#include "event/value.h"

#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/out.h"

/* The longest number: a sign and 19 digits, or 0x and 16. */
enum { NUMBER_LEN = 20 };

size_t bw_put_hex(char *dst, const void *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = data;
	char *out = dst;

	*out++ = '0';
	*out++ = 'x';
	for (size_t i = 0; i < len; i++) {
		*out++ = digits[p[i] >> 4];
		*out++ = digits[p[i] & 15];
	}
	return (size_t)(out - dst);
}

static uint64_t load(const void *data, uint32_t size)
{
	uint8_t b;
	uint16_t h;
	uint32_t w;
	uint64_t d;

	switch (size) {
	case 1:
		return memcpy(&b, data, 1), b;
	case 2:
		return memcpy(&h, data, 2), h;
	case 4:
		return memcpy(&w, data, 4), w;
	default:
		return memcpy(&d, data, 8), d;
	}
}

static size_t put_signed(char *dst, uint64_t bits, uint32_t size)
{
	uint64_t sign = 1ULL << (8 * size - 1);

	if (!(bits & sign))
		return bw_put_u64(dst, bits);
	*dst = '-';
	return 1 + bw_put_u64(dst + 1, (sign << 1) - bits);
}

/* 'c', or its number where it is not to be printed. */
static size_t put_char(char *dst, char c)
{
	if (c < 0x20 || c > 0x7e)
		return put_signed(dst, (unsigned char)c, 1);
	dst[0] = dst[2] = '\'';
	dst[1] = c;
	return 3;
}

static size_t put_members(char *dst, const struct bw_field *field, const char *data)
{
	char *out = dst;

	*out++ = '{';
	for (uint32_t i = 0; i < field->below; i += 1 + field[1 + i].below) {
		const struct bw_field *member = field + 1 + i;

		if (out[-1] != '{')
			*out++ = ' ';
		if (*member->name) {
			out += bw_put_text(out, member->name);
			*out++ = '=';
		}
		out += bw_value_put(out, member, data + member->offset, (size_t)member->size * member->count);
	}
	*out++ = '}';
	return (size_t)(out - dst);
}

static size_t put_one(char *dst, const struct bw_field *field, const char *data)
{
	switch (field->kind) {
	case BW_UNSIGNED:
		return bw_put_u64(dst, load(data, field->size));
	case BW_SIGNED:
		return put_signed(dst, load(data, field->size), field->size);
	case BW_BOOL:
		return bw_put_text(dst, load(data, 1) ? "true" : "false");
	case BW_CHAR:
		return put_char(dst, *data);
	case BW_POINTER:
		return (size_t)snprintf(dst, NUMBER_LEN + 1, "0x%llx", (unsigned long long)load(data, 8));
	case BW_STRUCT:
	case BW_UNION:
		return put_members(dst, field, data);
	default:
		return bw_put_hex(dst, data, field->size);
	}
}

size_t bw_value_put(char *dst, const struct bw_field *field, const void *data, size_t have)
{
	size_t whole = (size_t)field->size * field->count;
	const char *p = data;
	char *out = dst;

	if (field->kind == BW_CHAR && field->array)
		return bw_escape(dst, p, strnlen(p, have < whole ? have : whole));
	if (have < whole)
		return bw_put_text(dst, "?");
	if (!field->array)
		return put_one(dst, field, p);
	*out++ = '[';
	for (uint32_t i = 0; i < field->count; i++, p += field->size) {
		if (i > 0)
			*out++ = ',';
		out += put_one(out, field, p);
	}
	*out++ = ']';
	return (size_t)(out - dst);
}

/* One element; the NUL that snprintf adds is counted. */
static size_t longest_one(const struct bw_field *field)
{
	size_t len = 2;

	if (field->kind == BW_BYTES)
		return 2 + 2 * (size_t)field->size;
	if (field->kind != BW_STRUCT && field->kind != BW_UNION)
		return NUMBER_LEN + 1;
	for (uint32_t i = 0; i < field->below; i += 1 + field[1 + i].below)
		len += strlen(field[1 + i].name) + 2 + bw_value_longest(&field[1 + i]);
	return len;
}

size_t bw_value_longest(const struct bw_field *field)
{
	if (field->kind == BW_CHAR && field->array)
		return 4 * (size_t)field->count;
	return 2 + field->count * (1 + longest_one(field));
}
