/* SPDX-License-Identifier: Apache-2.0 */
#include "output/file_event.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "output/event_json.h"
#include "output/file_event_value.h"
#include "output/json.h"
#include "output/timestamp_field.h"
#include "output/value.h"

/* A field in the line; of the default line, one that stands in for another where that has no value. */
struct column {
	enum bw_file_event_field field, instead;
	bool optional; /* left out where it has no value, RESULT where it is no error, CREATED where it is false */
	size_t label_len;
	char label[24]; /* " NAME=", in JSON "\"name\":" */
};

struct bw_file_event {
	const char *table;
	const struct bw_layout *layout;
	const struct bw_file_event_options *options;
	bool late;	       /* the event that is printed comes after a later one */
	bool json, is_default; /* is_default: text without --fields */
	bool has_time;	       /* a column of the text is the time, which then does not stand before the line */
	const struct bw_layout_field *time;
	struct bw_file_event_source source;
	struct bw_file_event_value value; /* of the field that is printed */
	size_t n_columns, n_others;
	struct column columns[2 * BW_FIELDS];
	const struct bw_layout_field **others; /* owned; the source's own */
	char *line;			       /* owned; text */
	struct bw_json writer;
};

/* The default line's, in its order; BW_FIELDS: none. */
static const struct default_column {
	enum bw_file_event_field field, instead;
	const char *name;
	bool optional;
} default_columns[] = {
	{BW_FIELD_PID, BW_FIELDS, "pid", false},	 {BW_FIELD_COMM, BW_FIELDS, "comm", false},
	{BW_FIELD_OP, BW_FIELDS, "op", false},		 {BW_FIELD_FILENAME, BW_FIELD_PATH, "filename", false},
	{BW_FIELD_TO_FILENAME, BW_FIELD_TO, "to", true}, {BW_FIELD_RESULT, BW_FIELDS, "result", true},
	{BW_FIELD_CREATED, BW_FIELDS, "created", true},
};

enum { N_DEFAULT = sizeof(default_columns) / sizeof(*default_columns) };

uint32_t bw_file_event_needs(const struct bw_file_event_options *o, bool json)
{
	uint32_t needs = 0;

	for (size_t i = 0; i < o->added.n; i++)
		needs |= bw_file_event_fields_needs(o->added.fields[i]);
	if (o->fields.n == 0 && !json)
		return needs | BW_FILE_EVENT_NEEDS_PATH; /* many operations have no name as given */
	for (size_t i = 0; i < o->fields.n; i++)
		needs |= bw_file_event_fields_needs(o->fields.fields[i]);
	for (size_t i = 0; o->fields.n == 0 && i < BW_FIELDS; i++)
		needs |= bw_file_event_fields_needs((enum bw_file_event_field)i);
	return needs;
}

static void set_label(struct column *c, const char *name, bool json)
{
	char *p = c->label;

	*p++ = json ? '"' : ' ';
	for (; *name; name++)
		*p++ = (char)(json ? *name : toupper((unsigned char)*name));
	if (json)
		*p++ = '"';
	*p++ = json ? ':' : '=';
	c->label_len = (size_t)(p - c->label);
}

/* Is there a field of the source with the name, of a type that is not read: printed as the others are? */
static bool is_overridden(const struct bw_file_event *e, const char *name)
{
	const struct bw_layout_field *f = bw_layout_find(e->layout, name);

	return f && !bw_file_sample_reads(&e->source.reader, f);
}

static void add_column(struct bw_file_event *e, enum bw_file_event_field field, enum bw_file_event_field instead,
		       const char *name, bool optional)
{
	struct column *c = &e->columns[e->n_columns];

	if (is_overridden(e, bw_file_event_fields_name(field)))
		return;
	*c = (struct column){.field = field, .instead = instead, .optional = optional};
	set_label(c, name, e->json);
	e->has_time |= field == BW_FIELD_TIME;
	e->n_columns++;
}

static void add_default_columns(struct bw_file_event *e)
{
	const struct bw_file_sample_reader *r = &e->source.reader;

	for (size_t i = 0; i < N_DEFAULT; i++) {
		struct default_column c = default_columns[i];

		if ((c.field == BW_FIELD_PID && !r->numbers[BW_FILE_PID]) ||
		    (c.field == BW_FIELD_COMM && !r->texts[BW_FILE_COMM]) ||
		    (c.field == BW_FIELD_OP && !e->options->with_op))
			continue;
		if (e->options->by_path && c.instead != BW_FIELDS) {
			enum bw_file_event_field given = c.field;

			c.field = c.instead;
			c.instead = given;
		}
		add_column(e, c.field, c.instead, c.name, c.optional);
	}
}

static void add_columns(struct bw_file_event *e)
{
	const struct bw_file_event_fields *f = &e->options->fields;

	e->is_default = !e->json && f->n == 0;
	if (e->is_default)
		add_default_columns(e);
	for (size_t i = 0; i < e->options->added.n && e->is_default; i++)
		add_column(e, e->options->added.fields[i], BW_FIELDS,
			   bw_file_event_fields_name(e->options->added.fields[i]), false);
	for (size_t i = 0; i < (f->n ? f->n : BW_FIELDS) && !e->is_default; i++) {
		enum bw_file_event_field field = f->n ? f->fields[i] : (enum bw_file_event_field)i;

		/* In JSON the time stands before the event. */
		if (!e->json || field != BW_FIELD_TIME)
			add_column(e, field, BW_FIELDS, bw_file_event_fields_name(field), false);
	}
}

/* Where fields are asked for, there are no others. */
static int add_others(struct bw_file_event *e)
{
	const struct bw_layout *layout = e->layout;

	e->others = calloc(layout->n + 1, sizeof(struct bw_layout_field *));
	if (!e->others)
		return -ENOMEM;
	for (uint32_t i = 0; i < layout->n && e->options->fields.n == 0; i += 1 + layout->fields[i].below) {
		const struct bw_layout_field *f = &layout->fields[i];

		if (f != e->time && !bw_file_sample_reads(&e->source.reader, f))
			e->others[e->n_others++] = f;
	}
	return 0;
}

static const char ts_label[] = " TS=", rest_label[] = " REST=", late_label[] = " LATE=true";

/* The most bytes of a line of text. */
static size_t longest_line(const struct bw_file_event *e)
{
	size_t value = 4 * bw_file_event_value_longest(&e->source) + 2, len = BW_TIMESTAMP_LEN + 1;

	len += e->n_columns * (sizeof(e->columns->label) + (value > BW_FLAG_NAMES_MAX ? value : BW_FLAG_NAMES_MAX));
	for (size_t i = 0; i < e->n_others; i++)
		len += strlen(e->others[i]->name) + 2 + bw_value_longest(e->others[i]);
	len += e->time ? sizeof(ts_label) + bw_value_longest(e->time) : 0;
	return len + sizeof(late_label) + sizeof(rest_label) + 2 + (size_t)2 * BW_EVENT_MAX;
}

int bw_file_event_new(struct bw_file_event **event, const char *table, const struct bw_layout *layout,
		      const struct bw_file_event_options *options, bool json)
{
	struct bw_file_event *e = calloc(1, sizeof(*e));
	int r;

	if (!e)
		return -ENOMEM;
	e->table = table;
	e->layout = layout;
	e->options = options;
	e->json = json;
	e->time = bw_timestamp_field_find(layout);
	e->source.clock.start = bw_timestamp_now();
	e->source.cgroups = options->cgroups;
	r = bw_file_sample_open(&e->source.reader, layout);
	add_columns(e);
	if (r == 0)
		r = add_others(e);
	if (r == 0 && !json) {
		e->line = malloc(longest_line(e));
		r = e->line ? 0 : -ENOMEM;
	}
	if (r < 0)
		bw_file_event_free(e);
	else
		*event = e;
	return r;
}

void bw_file_event_free(struct bw_file_event *e)
{
	if (!e)
		return;
	bw_file_sample_close(&e->source.reader);
	bw_json_free(&e->writer);
	free(e->others);
	free(e->line);
	free(e);
}

static void get_value(struct bw_file_event *e, const struct column *c)
{
	bw_file_event_value_get(&e->source, c->field, &e->value);
	if (e->value.kind == BW_VALUE_NONE && c->instead != BW_FIELDS)
		bw_file_event_value_get(&e->source, c->instead, &e->value);
}

static char *append(char *dst, const char *bytes, size_t len)
{
	memcpy(dst, bytes, len);
	return dst + len;
}

/*
 * What has no value is ?, and a text of that one character is quoted; in the default line a missing text is empty, and
 * none is quoted that was not before.
 */
static char *put_text_value(const struct bw_file_event *e, const struct column *c, char *p)
{
	const struct bw_file_event_value *v = &e->value;
	const bool may_be_empty = e->is_default && (c->field == BW_FIELD_COMM || c->instead != BW_FIELDS);

	switch (v->kind) {
	case BW_VALUE_NONE:
		return may_be_empty ? p : append(p, "?", 1);
	case BW_VALUE_TEXT:
		if (v->len == 1 && *v->bytes == '?' && !e->is_default)
			return append(p, "\"?\"", 3);
		return p + bw_value_put_quoted(p, v->bytes, v->len);
	default:
		return append(p, v->bytes, v->len);
	}
}

/* The bytes of a sample from a field on. */
static const char *field_at(const struct bw_layout_field *f, const char *sample, size_t size, size_t *have)
{
	size_t offset = f->offset < size ? f->offset : size;

	*have = size - offset;
	return sample + offset;
}

static char *put_text_other(char *p, const char *label, const struct bw_layout_field *f, const char *sample,
			    size_t size)
{
	size_t have;
	const char *at = field_at(f, sample, size, &have);

	p += bw_out_text(p, label);
	return p + bw_value_put(p, f, at, have);
}

/* How many of a sample's bytes the fields cover; where the texts are an array of any length, all. */
static size_t covered(const struct bw_file_event *e, size_t size)
{
	const struct bw_layout_field *texts = e->source.reader.all_texts;

	return (texts && texts->count == 0) || size < e->layout->size ? size : e->layout->size;
}

/* What failed is not to be taken for done. */
static bool is_left_out(const struct bw_file_event *e, const struct column *c)
{
	if (!c->optional)
		return false;
	if (c->field == BW_FIELD_RESULT)
		return !bw_file_sample_has(&e->source.sample, BW_FILE_RESULT) ||
		       (int64_t)e->source.sample.numbers[BW_FILE_RESULT] >= 0;
	return e->value.kind == BW_VALUE_NONE ||
	       (c->field == BW_FIELD_CREATED && !bw_file_sample_is(&e->source.sample, CREATED));
}

static void put_text(struct bw_file_event *e, struct bw_out *out, const char *sample, size_t size, bool other_time)
{
	size_t up_to = covered(e, size);
	char *p = e->line + (e->has_time ? 0 : BW_TIMESTAMP_LEN);

	if (!e->has_time)
		bw_timestamp_put(&e->source.clock, e->line, e->source.time);
	for (size_t i = 0; i < e->n_columns; i++) {
		const struct column *c = &e->columns[i];

		get_value(e, c);
		if (is_left_out(e, c))
			continue;
		p = append(p, c->label, c->label_len);
		p = put_text_value(e, c, p);
	}
	for (size_t i = 0; i < e->n_others; i++) {
		*p++ = ' ';
		for (const char *name = e->others[i]->name; *name; name++)
			*p++ = (char)toupper((unsigned char)*name);
		p = put_text_other(p, *e->others[i]->name ? "=" : "", e->others[i], sample, size);
	}
	if (other_time)
		p = put_text_other(p, ts_label, e->time, sample, size);
	if (up_to < size) {
		p += bw_out_text(p, rest_label);
		p += bw_value_put_hex(p, sample + up_to, size - up_to);
	}
	if (e->late)
		p += bw_out_text(p, late_label);
	*p++ = '\n';
	/* Before the first column's label is a space. */
	bw_out_put(out, e->line + e->has_time, (size_t)(p - e->line) - e->has_time);
}

static void put_json_value(struct bw_file_event *e, const struct column *c)
{
	const struct bw_file_event_value *v = &e->value;
	struct bw_json *json = &e->writer;

	bw_json_key_verbatim(json, c->label, c->label_len);
	if (v->kind == BW_VALUE_NONE) {
		bw_json_null(json);
	} else if (v->kind == BW_VALUE_NUMBER) {
		bw_json_verbatim(json, v->bytes, v->len);
	} else if (v->kind == BW_VALUE_WORD) {
		bw_json_plain(json, v->bytes, v->len);
	} else if (!bw_json_string(json, v->bytes, v->len)) {
		bw_json_key_suffixed(json, bw_file_event_fields_name(c->field), "_hex");
		bw_json_hex(json, v->bytes, v->len);
	}
}

static void put_json_other(struct bw_file_event *e, const struct bw_layout_field *f, const char *sample, size_t size)
{
	size_t have;
	const char *at = field_at(f, sample, size, &have);

	bw_event_json_field(&e->writer, f, at, have);
}

static void put_json(struct bw_file_event *e, struct bw_out *out, const char *sample, size_t size, bool other_time)
{
	struct bw_json *json = &e->writer;
	size_t up_to = covered(e, size);

	bw_event_json_open(json, &e->source.clock, e->source.time, e->table);
	bw_json_key(json, "version");
	bw_json_number(json, BW_FILE_EVENT_VERSION);
	bw_json_key(json, "event");
	bw_json_open_object(json);
	for (size_t i = 0; i < e->n_columns; i++) {
		get_value(e, &e->columns[i]);
		put_json_value(e, &e->columns[i]);
	}
	for (size_t i = 0; i < e->n_others; i++)
		put_json_other(e, e->others[i], sample, size);
	if (other_time)
		put_json_other(e, e->time, sample, size);
	bw_json_close_object(json);
	if (up_to < size) {
		bw_json_key(json, "rest");
		bw_json_hex(json, sample + up_to, size - up_to);
	}
	if (e->late) {
		bw_json_key(json, "late");
		bw_json_bool(json, true);
	}
	bw_json_close_object(json);
	bw_json_put_line(json, out);
}

bool bw_file_event_line(struct bw_file_event *e, struct bw_out *out, const void *sample, size_t size, bool late)
{
	const struct bw_file_event_options *o = e->options;
	bool other;
	uint64_t time = bw_timestamp_field_read(&e->source.clock, e->time, sample, size, &other);

	e->late = late;
	size = size < BW_EVENT_MAX ? size : BW_EVENT_MAX;
	bw_file_event_value_start(&e->source, sample, size, time);
	if (o->wanted && !o->wanted(o->cookie, &e->source.sample))
		return false;
	if (e->json)
		put_json(e, out, sample, size, other);
	else
		put_text(e, out, sample, size, other);
	return true;
}
