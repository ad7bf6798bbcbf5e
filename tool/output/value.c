/* SPDX-License-Identifier: Apache-2.0 */
#include "output/value.h"

#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/out.h"

size_t bw_value_put_hex(char *dst, const void *data, size_t len)
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
		memcpy(&b, data, 1);
		return b;
	case 2:
		memcpy(&h, data, 2);
		return h;
	case 4:
		memcpy(&w, data, 4);
		return w;
	default:
		memcpy(&d, data, 8);
		return d;
	}
}

uint64_t bw_value_number(const struct bw_layout_field *field, const void *data)
{
	uint64_t n = load(data, field->size);

	return field->bits ? n >> field->shift & (UINT64_MAX >> (64 - field->bits)) : n;
}

static size_t put_signed(char *dst, uint64_t bits, uint32_t n_bits)
{
	uint64_t sign = 1ULL << (n_bits - 1);

	if (!(bits & sign))
		return bw_out_u64(dst, bits);
	*dst = '-';
	return 1 + bw_out_u64(dst + 1, (sign << 1) - bits);
}

/* Characters that could end a value, or what contains it: a text with one of them is quoted. */
static const char ends_alone[] = " =\"", ends_inside[] = " =\",[]{}";

/* 'c', or its number where it is not printable, or could end a value. */
static size_t put_char(char *dst, char c)
{
	if (c < 0x20 || c > 0x7e || c == '\'' || c == '\\' || strchr(ends_inside, c))
		return put_signed(dst, (unsigned char)c, 8);
	dst[0] = dst[2] = '\'';
	dst[1] = c;
	return 3;
}

static size_t put_value(char *dst, const struct bw_layout_field *field, const void *data, size_t have,
			const char *ends);

static size_t put_members(char *dst, const struct bw_layout_field *field, const char *data)
{
	char *out = dst;

	*out++ = '{';
	for (uint32_t i = 0; i < field->below; i += 1 + field[1 + i].below) {
		const struct bw_layout_field *member = field + 1 + i;

		if (out[-1] != '{')
			*out++ = ' ';
		if (*member->name) {
			out += bw_out_text(out, member->name);
			*out++ = '=';
		}
		out += put_value(out, member, data + member->offset, (size_t)member->size * member->count, ends_inside);
	}
	*out++ = '}';
	return (size_t)(out - dst);
}

size_t bw_value_put_one(char *dst, const struct bw_layout_field *field, const char *data)
{
	switch (field->kind) {
	case BW_UNSIGNED:
		return bw_out_u64(dst, bw_value_number(field, data));
	case BW_SIGNED:
		return put_signed(dst, bw_value_number(field, data), field->bits ? field->bits : 8 * field->size);
	case BW_BOOL:
		return bw_out_text(dst, bw_value_number(field, data) ? "true" : "false");
	case BW_CHAR:
		return put_char(dst, *data);
	case BW_POINTER:
		return (size_t)snprintf(dst, BW_VALUE_NUMBER_MAX, "0x%llx", (unsigned long long)load(data, 8));
	case BW_STRUCT:
	case BW_UNION:
		return put_members(dst, field, data);
	default:
		return bw_value_put_hex(dst, data, field->size);
	}
}

/* The elements from dimension `level` on; *data is moved past them. */
static size_t put_elements(char *dst, const struct bw_layout_field *field, const char **data, uint32_t level)
{
	char *out = dst;

	if (field->kind == BW_CHAR && level + 1 == field->n_dims) {
		out += bw_escape_quote(out, *data, strnlen(*data, field->dims[level]), ends_inside);
		*data += field->dims[level];
		return (size_t)(out - dst);
	}
	if (level == field->n_dims) {
		out += bw_value_put_one(out, field, *data);
		*data += field->size;
		return (size_t)(out - dst);
	}
	*out++ = '[';
	for (uint32_t i = 0; i < field->dims[level]; i++) {
		if (i > 0)
			*out++ = ',';
		out += put_elements(out, field, data, level + 1);
	}
	*out++ = ']';
	return (size_t)(out - dst);
}

static size_t put_value(char *dst, const struct bw_layout_field *field, const void *data, size_t have, const char *ends)
{
	size_t whole = (size_t)field->size * field->count;
	const char *p = data;

	if (field->kind == BW_CHAR && field->n_dims == 1)
		return bw_escape_quote(dst, p, strnlen(p, have < whole ? have : whole), ends);
	if (have < whole)
		return bw_out_text(dst, "?");
	return put_elements(dst, field, &p, 0);
}

size_t bw_value_put(char *dst, const struct bw_layout_field *field, const void *data, size_t have)
{
	return put_value(dst, field, data, have, ends_alone);
}

size_t bw_value_put_quoted(char *dst, const char *text, size_t len)
{
	return bw_escape_quote(dst, text, len, ends_alone);
}

size_t bw_value_put_words(char *dst, const struct bw_layout_field *field, const void *data, size_t have)
{
	return put_value(dst, field, data, have, "=\"");
}

/* The longest text of one element, with the NUL of snprintf. */
static size_t longest_one(const struct bw_layout_field *field)
{
	size_t len = 2;

	if (field->kind == BW_BYTES)
		return 2 + 2 * (size_t)field->size;
	if (field->kind != BW_STRUCT && field->kind != BW_UNION)
		return BW_VALUE_NUMBER_MAX;
	for (uint32_t i = 0; i < field->below; i += 1 + field[1 + i].below)
		len += strlen(field[1 + i].name) + 2 + bw_value_longest(&field[1 + i]);
	return len;
}

/* How many brackets an array without elements has, as [0][n]. */
static size_t empty_brackets(const struct bw_layout_field *field)
{
	size_t n = 1;

	for (uint32_t i = 0; i < field->n_dims && field->count == 0 && field->dims[i] > 0; i++)
		n *= field->dims[i];
	return field->count == 0 ? n : 0;
}

size_t bw_value_longest(const struct bw_layout_field *field)
{
	if (field->kind == BW_CHAR && field->n_dims == 1)
		return 2 + 4 * (size_t)field->count;
	/* Each element with its comma and the brackets of all dimensions; empty dimensions have brackets alone. */
	return (field->count + 1 + empty_brackets(field)) * (1 + 2 * BW_DIMS + longest_one(field));
}
