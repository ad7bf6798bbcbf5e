/* SPDX-License-Identifier: Apache-2.0 */
#include "output/event_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/timestamp.h"
#include "output/timestamp_field.h"
#include "output/value.h"

/* A field and the bytes that stand before its value. */
struct column {
	const struct bw_layout_field *field;
	const char *before, *after; /* before: owned */
	bool words;		    /* a text of several words */
};

struct bw_event_text {
	const struct bw_layout *layout;
	const struct bw_layout_field *time; /* NULL: the event has none, the time is now */
	const char *lead, *trailer;
	struct bw_timestamp_clock clock;
	size_t longest; /* of the columns and the time */
	uint32_t n;
	struct column columns[];
};

/* " NAME=" in upper case; NULL if there is no memory. */
static char *label_of(const char *name)
{
	char *label;

	if (asprintf(&label, *name ? " %s=" : " %s", name) < 0)
		return NULL;
	for (char *p = label; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return label;
}

static char *phrase(const char *format, const char *word, const char *object)
{
	char *text;

	return asprintf(&text, format, word, object) < 0 ? NULL : text;
}

static int add_column(struct bw_event_text *text, const struct bw_layout_field *field, char *before, const char *after)
{
	if (!before)
		return -ENOMEM;
	text->columns[text->n++] = (struct column){field, before, after, false};
	text->longest += strlen(before) + strlen(after) + bw_value_longest(field);
	return 0;
}

static int add_file(struct bw_event_text *text, const struct bw_layout_field *field, const struct bw_layout_field *verb,
		    const struct bw_event_text_sentence *sentence)
{
	int r;

	if (!sentence->before)
		return add_column(text, field, label_of("filename"), "");
	if (!sentence->verb)
		return add_column(text, field, phrase(" %s %s", sentence->before, ""), sentence->after);
	if (!verb)
		return add_column(text, field, phrase(" %s open %s ", sentence->before, sentence->object),
				  sentence->after);
	r = add_column(text, verb, phrase(" %s %s", sentence->before, ""), "");
	if (r < 0)
		return r;
	text->columns[text->n - 1].words = true;
	return add_column(text, field, phrase(" %s%s ", sentence->object, ""), sentence->after);
}

static const char ts_label[] = " TS=";

static const struct bw_layout_field *find_text(const struct bw_layout *layout, const char *name)
{
	const struct bw_layout_field *f = bw_layout_find(layout, name);

	return f && f->kind == BW_CHAR && f->n_dims == 1 ? f : NULL;
}

static int add_columns(struct bw_event_text *text, const struct bw_event_text_sentence *sentence)
{
	const struct bw_layout *layout = text->layout;
	const struct bw_layout_field *pid = bw_layout_find(layout, "pid");
	const struct bw_layout_field *comm = find_text(layout, "comm"), *fname = find_text(layout, "fname");
	const struct bw_layout_field *then = sentence->then ? find_text(layout, sentence->then) : NULL;
	const struct bw_layout_field *verb = sentence->verb ? find_text(layout, sentence->verb) : NULL;
	const struct bw_layout_field *f;
	int r = 0;

	text->time = bw_timestamp_field_find(layout);
	text->lead = sentence->lead ? sentence->lead : "";
	text->trailer = sentence->trailer ? sentence->trailer : "";
	text->longest += 1 + strlen(text->lead) + strlen(text->trailer);
	text->longest += text->time ? sizeof(ts_label) + bw_value_longest(text->time) : 0;
	if (pid)
		r = add_column(text, pid, label_of("pid"), "");
	if (comm && r == 0)
		r = add_column(text, comm, label_of("comm"), "");
	if (fname && r == 0)
		r = add_file(text, fname, verb, sentence);
	if (then && r == 0)
		r = add_column(text, then, label_of(""), "");
	if (then && r == 0)
		text->columns[text->n - 1].words = true;
	for (uint32_t i = 0, next; i < layout->n && r == 0; i = next) {
		f = &layout->fields[i];
		next = i + 1 + f->below;
		if (f != text->time && f != pid && f != comm && f != fname && f != then && f != verb)
			r = add_column(text, f, label_of(f->name), "");
	}
	return r;
}

int bw_event_text_new(struct bw_event_text **text, const struct bw_layout *layout,
		      const struct bw_event_text_sentence *sentence)
{
	struct bw_event_text *t = calloc(1, sizeof(*t) + layout->n * sizeof(*t->columns));
	int r;

	if (!t)
		return -ENOMEM;
	t->layout = layout;
	t->clock.start = sentence->any_time ? 0 : bw_timestamp_now();
	r = add_columns(t, sentence);
	if (r < 0) {
		bw_event_text_free(t);
		return r;
	}
	*text = t;
	return 0;
}

void bw_event_text_free(struct bw_event_text *text)
{
	if (!text)
		return;
	for (uint32_t i = 0; i < text->n; i++)
		free((void *)text->columns[i].before);
	free(text);
}

static const char rest_label[] = " REST=";

size_t bw_event_text_longest(const struct bw_event_text *text, size_t size)
{
	return BW_TIMESTAMP_LEN + text->longest + sizeof(rest_label) + 2 + 2 * size + 1;
}

static size_t put_column(char *dst, const struct column *c, const char *sample, size_t size)
{
	size_t offset = c->field->offset < size ? c->field->offset : size;
	char *out = dst;

	out += bw_out_text(out, c->before);
	out += (c->words ? bw_value_put_words : bw_value_put)(out, c->field, sample + offset, size - offset);
	out += bw_out_text(out, c->after);
	return (size_t)(out - dst);
}

void bw_event_text_line(struct bw_event_text *text, struct bw_out *out, const void *sample, size_t size)
{
	char *start = bw_out_reserve(out, bw_event_text_longest(text, size)), *p = start;
	bool other;

	bw_timestamp_put(&text->clock, p, bw_timestamp_field_read(&text->clock, text->time, sample, size, &other));
	p += BW_TIMESTAMP_LEN;
	if (*text->lead)
		*p++ = ' ';
	p += bw_out_text(p, text->lead);
	for (uint32_t i = 0; i < text->n; i++)
		p += put_column(p, &text->columns[i], sample, size);
	if (other)
		p += put_column(p, &(struct column){text->time, ts_label, "", false}, sample, size);
	if (size > text->layout->size || text->layout->n == 0) {
		p += bw_out_text(p, rest_label);
		p += bw_value_put_hex(p, (const char *)sample + text->layout->size, size - text->layout->size);
	}
	p += bw_out_text(p, text->trailer);
	*p++ = '\n';
	bw_out_commit(out, (size_t)(p - start));
}
