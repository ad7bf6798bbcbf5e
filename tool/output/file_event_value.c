/* SPDX-License-Identifier: Apache-2.0 */
#include "output/file_event_value.h"

#include <limits.h>
#include <string.h>

#include "base/out.h"
#include "output/file_ops.h"

static void set(struct bw_file_event_value *v, enum bw_file_event_kind kind, const char *bytes, size_t len)
{
	v->kind = len ? kind : BW_VALUE_NONE;
	v->bytes = bytes;
	v->len = len;
}

/* len bytes that stand in `room`. */
static void set_room(struct bw_file_event_value *v, enum bw_file_event_kind kind, size_t len)
{
	set(v, kind, v->room, len);
}

static void set_word(struct bw_file_event_value *v, const char *word)
{
	set(v, BW_VALUE_WORD, word, word ? strlen(word) : 0);
}

static void set_bool(struct bw_file_event_value *v, bool is)
{
	set(v, BW_VALUE_NUMBER, is ? "true" : "false", is ? 4 : 5);
}

static void set_unsigned(struct bw_file_event_value *v, uint64_t n)
{
	set_room(v, BW_VALUE_NUMBER, bw_out_u64(v->room, n));
}

static void set_signed(struct bw_file_event_value *v, int64_t n)
{
	size_t sign = n < 0;

	v->room[0] = '-';
	set_room(v, BW_VALUE_NUMBER, sign + bw_out_u64(v->room + sign, sign ? -(uint64_t)n : (uint64_t)n));
}

static void set_text(struct bw_file_event_value *v, struct bw_file_bytes text)
{
	set(v, BW_VALUE_TEXT, text.bytes, text.len);
}

static void set_result(struct bw_file_event_value *v, int64_t result)
{
	const char *error = result < 0 ? bw_flag_names_error(-(uint64_t)result) : NULL;

	if (error)
		set_word(v, error);
	else
		set_signed(v, result);
}

static void set_op(struct bw_file_event_value *v, uint64_t op)
{
	const char *name = bw_file_ops_name(op);

	if (name)
		set_word(v, name);
	else
		set_unsigned(v, op);
}

/* As the kernel has it: MINORBITS is 20. */
static void set_dev(struct bw_file_event_value *v, uint64_t dev)
{
	size_t len = bw_out_u64(v->room, dev >> 20);

	v->room[len++] = ':';
	len += bw_out_u64(v->room + len, dev & 0xfffff);
	set_room(v, BW_VALUE_WORD, len);
}

static void set_mode(struct bw_file_event_value *v, uint64_t mode)
{
	bw_flag_names_mode(v->room, (uint32_t)mode);
	set_room(v, BW_VALUE_WORD, BW_FLAG_NAMES_MODE_LEN);
}

/* What only one operation can do is not known of the others. */
static void set_mark_of(struct bw_file_event_value *v, const struct bw_file_sample *s, uint64_t op, uint32_t mark)
{
	if (bw_file_sample_has(s, BW_FILE_MARKS) &&
	    (!bw_file_sample_has(s, BW_FILE_OP) || s->numbers[BW_FILE_OP] == op))
		set_bool(v, bw_file_sample_is(s, mark));
}

/* A mark of a text, of which there is none without the text. */
static void set_mark(struct bw_file_event_value *v, const struct bw_file_sample *s, enum bw_file_text text,
		     uint32_t mark, bool means)
{
	if (s->texts[text].len && bw_file_sample_has(s, BW_FILE_MARKS))
		set_bool(v, bw_file_sample_is(s, mark) == means);
}

static void set_cgroup(struct bw_file_event_value *v, struct bw_file_event_source *e, enum bw_file_event_field field)
{
	const struct bw_cgroup *c;

	if (!e->cgroup_known && e->cgroups && bw_file_sample_has(&e->sample, BW_FILE_CGROUP))
		e->cgroup = bw_cgroup_find(e->cgroups, e->sample.numbers[BW_FILE_CGROUP]);
	e->cgroup_known = true;
	c = e->cgroup;
	if (!c)
		return;
	if (field == BW_FIELD_CGROUP)
		set(v, BW_VALUE_TEXT, c->path, strlen(c->path));
	else if (field == BW_FIELD_UNIT)
		set(v, BW_VALUE_TEXT, c->unit.bytes, c->unit.len);
	else
		set(v, BW_VALUE_WORD, c->container.bytes, c->container.len);
}

/* Which of the event's numbers a field is. */
static const uint8_t number_of[BW_FIELDS] = {
	[BW_FIELD_OP] = BW_FILE_OP,	      [BW_FIELD_RESULT] = BW_FILE_RESULT, [BW_FIELD_FLAGS] = BW_FILE_FLAGS,
	[BW_FIELD_MODE] = BW_FILE_MODE,	      [BW_FIELD_BYTES] = BW_FILE_BYTES,	  [BW_FIELD_OFFSET] = BW_FILE_OFFSET,
	[BW_FIELD_LATENCY] = BW_FILE_LATENCY, [BW_FIELD_DEV] = BW_FILE_DEV,	  [BW_FIELD_INO] = BW_FILE_INO,
	[BW_FIELD_TYPE] = BW_FILE_TYPE,	      [BW_FIELD_PID] = BW_FILE_PID,	  [BW_FIELD_TID] = BW_FILE_TID,
	[BW_FIELD_UID] = BW_FILE_UID,	      [BW_FIELD_PPID] = BW_FILE_PPID,	  [BW_FIELD_MNT_NS] = BW_FILE_MNT_NS,
	[BW_FIELD_PID_NS] = BW_FILE_PID_NS,
};

static void set_number(struct bw_file_event_value *v, const struct bw_file_sample *s, enum bw_file_event_field field)
{
	enum bw_file_number i = number_of[field];
	uint64_t n = s->numbers[i];

	if (!bw_file_sample_has(s, i))
		return;
	if (field == BW_FIELD_OP)
		set_op(v, n);
	else if (field == BW_FIELD_RESULT)
		set_result(v, (int64_t)n);
	else if (field == BW_FIELD_FLAGS)
		set_room(v, BW_VALUE_WORD,
			 bw_flag_names_op(v->room,
					  bw_file_sample_has(s, BW_FILE_OP) ? s->numbers[BW_FILE_OP] : OPS_COUNT,
					  (uint32_t)n));
	else if (field == BW_FIELD_MODE)
		set_mode(v, n);
	else if (field == BW_FIELD_BYTES || field == BW_FIELD_OFFSET)
		set_signed(v, (int64_t)n);
	else if (field == BW_FIELD_DEV)
		set_dev(v, n);
	else if (field == BW_FIELD_TYPE)
		set_word(v, bw_flag_names_type((uint32_t)n));
	else
		set_unsigned(v, n);
}

static void set_time(struct bw_file_event_value *v, struct bw_file_event_source *e)
{
	bw_timestamp_put_iso(&e->clock, v->room, e->time);
	set_room(v, BW_VALUE_WORD, BW_TIMESTAMP_ISO_LEN);
}

void bw_file_event_value_start(struct bw_file_event_source *e, const void *sample, size_t size, uint64_t time)
{
	bw_file_sample_read(&e->reader, sample, size, &e->sample);
	e->time = time;
	e->cgroup = NULL;
	e->cgroup_known = false;
}

static void set_other(struct bw_file_event_value *v, struct bw_file_event_source *e, enum bw_file_event_field field)
{
	const struct bw_file_sample *s = &e->sample;

	switch (field) {
	case BW_FIELD_PATH_EXACT:
		set_mark(v, s, BW_FILE_PATH, DIRECTORY, false);
		if (v->kind != BW_VALUE_NONE &&
		    bw_file_sample_is_cut(s->texts[BW_FILE_PATH].bytes, s->texts[BW_FILE_PATH].len))
			set_bool(v, false);
		break;
	case BW_FIELD_DELETED:
		set_mark(v, s, BW_FILE_PATH, DELETED, true);
		break;
	case BW_FIELD_OTHER_MOUNT:
		set_mark(v, s, BW_FILE_PATH, OTHER_MOUNTS, true);
		break;
	case BW_FIELD_TO_EXACT:
		set_mark(v, s, BW_FILE_TO, TO_DIRECTORY, false);
		break;
	case BW_FIELD_CREATED:
		set_mark_of(v, s, OP_OPEN, CREATED);
		break;
	case BW_FIELD_REPLACED:
		set_mark_of(v, s, OP_RENAME, REPLACED);
		break;
	case BW_FIELD_ASYNC:
		if (bw_file_sample_has(s, BW_FILE_MARKS))
			set_bool(v, bw_file_sample_is(s, ASYNC));
		break;
	case BW_FIELD_TIME:
		set_time(v, e);
		break;
	case BW_FIELD_CGROUP:
	case BW_FIELD_UNIT:
	case BW_FIELD_CONTAINER:
		set_cgroup(v, e, field);
		break;
	default:
		set_number(v, s, field);
		break;
	}
}

void bw_file_event_value_get(struct bw_file_event_source *e, enum bw_file_event_field field,
			     struct bw_file_event_value *v)
{
	const struct bw_file_bytes *texts = e->sample.texts;

	v->kind = BW_VALUE_NONE;
	v->len = 0;
	switch (field) {
	case BW_FIELD_PATH:
		set_text(v, bw_file_sample_path(&e->reader, &e->sample));
		break;
	case BW_FIELD_TO:
		set_text(v, texts[BW_FILE_TO]);
		break;
	case BW_FIELD_FILENAME:
		set_text(v, texts[BW_FILE_FILENAME]);
		break;
	case BW_FIELD_TO_FILENAME:
		set_text(v, texts[BW_FILE_TO_FILENAME]);
		break;
	case BW_FIELD_COMM:
		set_text(v, texts[BW_FILE_COMM]);
		break;
	case BW_FIELD_PARENT_COMM:
		set_text(v, texts[BW_FILE_PCOMM]);
		break;
	case BW_FIELD_EXE:
		set_text(v, bw_file_sample_exe(&e->reader, &e->sample));
		break;
	default:
		set_other(v, e, field);
	}
}

size_t bw_file_event_value_longest(const struct bw_file_event_source *e)
{
	size_t longest = bw_file_sample_longest(&e->reader);

	return longest > PATH_MAX ? longest : PATH_MAX;
}
