/* SPDX-License-Identifier: Apache-2.0 */
#include "output/event_json.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "output/event_time.h"
#include "output/value.h"

struct bw_event_json {
	const char *table;
	const struct bw_layout *layout;
	const struct bw_layout_field *time;
	struct bw_clock clock;
	size_t longest;
};

static size_t put_char(char *dst, char c)
{
	*dst = c;
	return 1;
}

static size_t put_quoted_hex(char *dst, const void *data, size_t len)
{
	char *out = dst;

	out += put_char(out, '"');
	out += bw_value_put_hex(out, data, len);
	out += put_char(out, '"');
	return (size_t)(out - dst);
}

static size_t put_string(char *dst, const char *text, size_t len, bool *exact)
{
	char *out = dst;

	out += put_char(out, '"');
	out += bw_escape_json(out, text, len, exact);
	out += put_char(out, '"');
	return (size_t)(out - dst);
}

/* "NAME": ; names are identifiers of C. */
static size_t put_key(char *dst, const char *name, const char *suffix)
{
	char *out = dst;

	out += put_char(out, '"');
	out += bw_out_text(out, name);
	out += bw_out_text(out, suffix);
	out += bw_out_text(out, "\":");
	return (size_t)(out - dst);
}

static size_t put_members(char *dst, const struct bw_layout_field *fields, uint32_t n, const char *data, size_t have);

static size_t put_one(char *dst, const struct bw_layout_field *field, const char *data)
{
	char *out = dst;

	switch (field->kind) {
	case BW_STRUCT:
	case BW_UNION:
		return put_members(dst, field + 1, field->below, data, field->size);
	case BW_POINTER:
	case BW_BYTES:
		out += put_char(out, '"');
		out += bw_value_put_one(out, field, data);
		out += put_char(out, '"');
		return (size_t)(out - dst);
	case BW_CHAR:
		return bw_out_u64(dst, (unsigned char)*data);
	default:
		return bw_value_put_one(dst, field, data);
	}
}

/* The elements from dimension `level` on; *data is moved past them; *exact becomes false where text is not. */
static size_t put_elements(char *dst, const struct bw_layout_field *field, const char **data, uint32_t level,
			   bool *exact)
{
	char *out = dst;

	if (field->kind == BW_CHAR && level + 1 == field->n_dims) {
		bool this_exact;

		out += put_string(out, *data, strnlen(*data, field->dims[level]), &this_exact);
		*exact &= this_exact;
		*data += field->dims[level];
		return (size_t)(out - dst);
	}
	if (level == field->n_dims) {
		out += put_one(out, field, *data);
		*data += field->size;
		return (size_t)(out - dst);
	}
	out += put_char(out, '[');
	for (uint32_t i = 0; i < field->dims[level]; i++) {
		if (i > 0)
			out += put_char(out, ',');
		out += put_elements(out, field, data, level + 1, exact);
	}
	out += put_char(out, ']');
	return (size_t)(out - dst);
}

static size_t put_field(char *dst, const struct bw_layout_field *field, const char *data, size_t have, bool *exact)
{
	size_t whole = (size_t)field->size * field->count;

	*exact = true;
	if (field->kind == BW_CHAR && field->n_dims == 1) /* of which only a part may have been sent */
		return put_string(dst, data, strnlen(data, have < whole ? have : whole), exact);
	if (have < whole)
		return bw_out_text(dst, "null");
	return put_elements(dst, field, &data, 0, exact);
}

/* "NAME":VALUE, and the exact bytes where the value has them not. */
static size_t put_member(char *dst, const struct bw_layout_field *field, const char *data, size_t have)
{
	size_t whole = (size_t)field->size * field->count;
	char *out = dst;
	bool exact;

	out += put_key(out, field->name, "");
	out += put_field(out, field, data, have, &exact);
	if (exact)
		return (size_t)(out - dst);
	whole = have < whole ? have : whole;
	out += put_char(out, ',');
	out += put_key(out, field->name, "_hex");
	out += put_quoted_hex(out, data, field->n_dims == 1 ? strnlen(data, whole) : whole);
	return (size_t)(out - dst);
}

/* Members without a name (anonymous structs and unions) have theirs in their stead. */
static size_t put_inner(char *dst, const struct bw_layout_field *fields, uint32_t n, const char *data, size_t have)
{
	char *out = dst;

	for (uint32_t i = 0; i < n; i += 1 + fields[i].below) {
		const struct bw_layout_field *f = &fields[i];
		size_t offset = f->offset < have ? f->offset : have;
		bool nested = f->kind == BW_STRUCT || f->kind == BW_UNION;
		size_t comma = out != dst, len;

		if (!*f->name && !nested)
			continue; /* padding */
		if (*f->name)
			len = put_member(out + comma, f, data + offset, have - offset);
		else
			len = put_inner(out + comma, f + 1, f->below, data + offset, have - offset);
		if (len == 0)
			continue; /* an empty struct without a name */
		if (comma)
			*out = ',';
		out += comma + len;
	}
	return (size_t)(out - dst);
}

static size_t put_members(char *dst, const struct bw_layout_field *fields, uint32_t n, const char *data, size_t have)
{
	char *out = dst;

	out += put_char(out, '{');
	out += put_inner(out, fields, n, data, have);
	out += put_char(out, '}');
	return (size_t)(out - dst);
}

size_t bw_event_json_value(char *dst, const struct bw_layout *layout, const void *data, size_t have)
{
	bool exact;

	if (layout->n == 0)
		return put_quoted_hex(dst, data, have);
	if (bw_layout_is_single(layout))
		return put_field(dst, layout->fields, data, have, &exact);
	return put_members(dst, layout->fields, layout->n, data, have);
}

size_t bw_event_json_member(char *dst, const char *name, const struct bw_layout *layout, const void *data, size_t have)
{
	char *out = dst;

	if (bw_layout_is_single(layout) && layout->fields[0].kind == BW_CHAR) {
		struct bw_layout_field text = layout->fields[0];

		text.name = name;
		return put_member(dst, &text, data, have);
	}
	out += put_key(out, name, "");
	return (size_t)(out - dst) + bw_event_json_value(out, layout, data, have);
}

/* A byte of text is at most \uXXXX and two digits of hex; a name stands there twice at most. */
static size_t longest_field(const struct bw_layout_field *f)
{
	size_t names = 2 * (strlen(f->name) + 12), values = 0;

	if (f->kind == BW_CHAR)
		return names + 8 * (size_t)f->count + 4 * bw_value_longest(f) + 8;
	if (f->kind != BW_STRUCT && f->kind != BW_UNION)
		return names + 2 * (size_t)f->count + bw_value_longest(f) + 8;
	for (uint32_t i = 0; i < f->below; i += 1 + f[1 + i].below)
		values += longest_field(&f[1 + i]) + 1;
	return names + bw_value_longest(f) + (size_t)f->count * (values + 4);
}

size_t bw_event_json_longest(const struct bw_layout *layout, size_t have)
{
	size_t len = 64 + 2 * have;

	for (uint32_t i = 0; i < layout->n; i += 1 + layout->fields[i].below)
		len += longest_field(&layout->fields[i]) + 1;
	return len;
}

size_t bw_event_json_head(char *dst, struct bw_clock *clock, uint64_t monotonic_ns, const char *table)
{
	char *out = dst;

	out += bw_out_text(out, "{\"time\":\"");
	bw_clock_put_iso(clock, out, monotonic_ns);
	out += BW_CLOCK_ISO_LEN;
	out += bw_out_text(out, "\",\"table\":\"");
	out += bw_out_text(out, table);
	out += put_char(out, '"');
	return (size_t)(out - dst);
}

int bw_event_json_new(struct bw_event_json **json, const char *table, const struct bw_layout *layout)
{
	struct bw_event_json *j = calloc(1, sizeof(*j));

	if (!j)
		return -ENOMEM;
	*j = (struct bw_event_json){table, layout, bw_event_time_field(layout), {.start = bw_clock_now()}, 0};
	j->longest = BW_JSON_HEAD + strlen(table) + bw_event_json_longest(layout, 0);
	*json = j;
	return 0;
}

void bw_event_json_free(struct bw_event_json *json)
{
	free(json);
}

static const char rest_key[] = ",\"rest\":";

size_t bw_event_json_line_longest(const struct bw_event_json *json, size_t size)
{
	return json->longest + sizeof(rest_key) + 32 + 2 * size;
}

void bw_event_json_line(struct bw_event_json *json, struct bw_out *out, const void *sample, size_t size)
{
	char *start = bw_out_reserve(out, bw_event_json_line_longest(json, size)), *p = start;
	const struct bw_layout *layout = json->layout;
	bool other;

	p += bw_event_json_head(p, &json->clock, bw_event_time_of(&json->clock, json->time, sample, size, &other),
				json->table);
	p += put_char(p, ',');
	p += layout->n ? bw_event_json_member(p, "event", layout, sample, size) : bw_out_text(p, "\"event\":{}");
	if (size > layout->size || layout->n == 0) {
		p += bw_out_text(p, rest_key);
		p += put_quoted_hex(p, (const char *)sample + layout->size, size - layout->size);
	}
	p += bw_out_text(p, "}\n");
	bw_out_commit(out, (size_t)(p - start));
}
