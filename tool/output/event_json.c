/* SPDX-License-Identifier: Apache-2.0 */
#include "output/event_json.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "output/timestamp_field.h"
#include "output/value.h"

struct bw_event_json {
	const char *table;
	const struct bw_layout *layout;
	const struct bw_layout_field *time;
	struct bw_timestamp_clock clock;
	struct bw_json json;
};

static void put_members(struct bw_json *json, const struct bw_layout_field *fields, uint32_t n, const char *data,
			size_t have);

static void put_one(struct bw_json *json, const struct bw_layout_field *field, const char *data)
{
	char text[BW_VALUE_NUMBER_MAX];
	size_t len;

	switch (field->kind) {
	case BW_STRUCT:
	case BW_UNION:
		bw_json_open_object(json);
		put_members(json, field + 1, field->below, data, field->size);
		bw_json_close_object(json);
		return;
	case BW_BYTES:
		bw_json_hex(json, data, field->size);
		return;
	case BW_CHAR:
		bw_json_number(json, (unsigned char)*data);
		return;
	default:
		len = bw_value_put_one(text, field, data);
	}
	if (field->kind == BW_POINTER)
		bw_json_plain(json, text, len);
	else
		bw_json_verbatim(json, text, len);
}

/* The elements from dimension `level` on; *data is moved past them. Returns false where text is not exact. */
static bool put_elements(struct bw_json *json, const struct bw_layout_field *field, const char **data, uint32_t level)
{
	const char *element = *data;
	bool exact = true;

	if (field->kind == BW_CHAR && level + 1 == field->n_dims) {
		*data += field->dims[level];
		return bw_json_string(json, element, strnlen(element, field->dims[level]));
	}
	if (level == field->n_dims) {
		*data += field->size;
		put_one(json, field, element);
		return true;
	}
	bw_json_open_array(json);
	for (uint32_t i = 0; i < field->dims[level]; i++)
		exact &= put_elements(json, field, data, level + 1);
	bw_json_close_array(json);
	return exact;
}

/* Returns false where text is not exact. */
static bool put_value(struct bw_json *json, const struct bw_layout_field *field, const char *data, size_t have)
{
	size_t whole = (size_t)field->size * field->count;

	if (field->kind == BW_CHAR && field->n_dims == 1) /* only its beginning may have been submitted */
		return bw_json_string(json, data, strnlen(data, have < whole ? have : whole));
	if (have >= whole)
		return put_elements(json, field, &data, 0);
	bw_json_null(json);
	return true;
}

static void put_named(struct bw_json *json, const char *name, const struct bw_layout_field *field, const char *data,
		      size_t have)
{
	size_t whole = (size_t)field->size * field->count;

	bw_json_key(json, name);
	if (put_value(json, field, data, have))
		return;
	whole = have < whole ? have : whole;
	bw_json_key_suffixed(json, name, "_hex");
	bw_json_hex(json, data, field->n_dims == 1 ? strnlen(data, whole) : whole);
}

void bw_event_json_field(struct bw_json *json, const struct bw_layout_field *field, const void *data, size_t have)
{
	bool nested = field->kind == BW_STRUCT || field->kind == BW_UNION;

	if (*field->name)
		put_named(json, field->name, field, data, have);
	else if (nested)
		put_members(json, field + 1, field->below, data, have);
}

static void put_members(struct bw_json *json, const struct bw_layout_field *fields, uint32_t n, const char *data,
			size_t have)
{
	for (uint32_t i = 0; i < n; i += 1 + fields[i].below) {
		size_t offset = fields[i].offset < have ? fields[i].offset : have;

		bw_event_json_field(json, &fields[i], data + offset, have - offset);
	}
}

void bw_event_json_value(struct bw_json *json, const struct bw_layout *layout, const void *data, size_t have)
{
	if (layout->n == 0) {
		bw_json_hex(json, data, have);
	} else if (bw_layout_is_single(layout)) {
		put_value(json, layout->fields, data, have);
	} else {
		bw_json_open_object(json);
		put_members(json, layout->fields, layout->n, data, have);
		bw_json_close_object(json);
	}
}

void bw_event_json_member(struct bw_json *json, const char *name, const struct bw_layout *layout, const void *data,
			  size_t have)
{
	if (bw_layout_is_single(layout) && layout->fields[0].kind == BW_CHAR) {
		put_named(json, name, layout->fields, data, have);
		return;
	}
	bw_json_key(json, name);
	bw_event_json_value(json, layout, data, have);
}

void bw_event_json_open(struct bw_json *json, struct bw_timestamp_clock *clock, uint64_t monotonic_ns,
			const char *table)
{
	char time[BW_TIMESTAMP_ISO_LEN];

	bw_timestamp_put_iso(clock, time, monotonic_ns);
	bw_json_open_object(json);
	bw_json_key(json, "time");
	bw_json_plain(json, time, sizeof(time));
	bw_json_key(json, "table");
	bw_json_plain(json, table, strlen(table));
}

int bw_event_json_new(struct bw_event_json **event, const char *table, const struct bw_layout *layout)
{
	struct bw_event_json *e = calloc(1, sizeof(*e));

	if (!e)
		return -ENOMEM;
	e->table = table;
	e->layout = layout;
	e->time = bw_timestamp_field_find(layout);
	e->clock.start = bw_timestamp_now();
	*event = e;
	return 0;
}

void bw_event_json_free(struct bw_event_json *event)
{
	if (!event)
		return;
	bw_json_free(&event->json);
	free(event);
}

void bw_event_json_line(struct bw_event_json *event, struct bw_out *out, const void *sample, size_t size)
{
	const struct bw_layout *layout = event->layout;
	struct bw_json *json = &event->json;
	bool other;
	uint64_t time = bw_timestamp_field_read(&event->clock, event->time, sample, size, &other);

	bw_event_json_open(json, &event->clock, time, event->table);
	if (layout->n > 0) {
		bw_event_json_member(json, "event", layout, sample, size);
	} else {
		bw_json_key(json, "event");
		bw_json_open_object(json);
		bw_json_close_object(json);
	}
	if (size > layout->size || layout->n == 0) {
		bw_json_key(json, "rest");
		bw_json_hex(json, (const char *)sample + layout->size, size - layout->size);
	}
	bw_json_close_object(json);
	bw_json_put_line(json, out);
}
