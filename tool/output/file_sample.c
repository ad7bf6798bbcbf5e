/* SPDX-License-Identifier: Apache-2.0 */
#include "output/file_sample.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "output/value.h"

/* A number of the event: has a value if the event has the mark, and where 0 is none, if it is not 0. */
static const struct {
	const char *name;
	uint32_t mark; /* 0: always */
	bool zero_is_none;
} numbers[BW_FILE_NUMBERS] = {
	[BW_FILE_MARKS] = {"marks", 0, false},
	[BW_FILE_OP] = {"op", 0, false},
	[BW_FILE_RESULT] = {"result", HAS_RESULT, false},
	[BW_FILE_FLAGS] = {"flags", HAS_FLAGS, false},
	[BW_FILE_MODE] = {"mode", HAS_MODE, false},
	[BW_FILE_BYTES] = {"bytes", HAS_BYTES, false},
	[BW_FILE_OFFSET] = {"offset", HAS_OFFSET, false},
	[BW_FILE_LATENCY] = {"latency", HAS_LATENCY, false},
	[BW_FILE_PID] = {"pid", 0, false},
	[BW_FILE_TID] = {"tid", 0, false},
	[BW_FILE_UID] = {"uid", 0, false},
	[BW_FILE_PPID] = {"ppid", 0, false},
	[BW_FILE_INO] = {"ino", HAS_FILE, false},
	[BW_FILE_DEV] = {"dev", HAS_FILE, false},
	[BW_FILE_TYPE] = {"type", HAS_FILE, false},
	[BW_FILE_CGROUP] = {"cgroup", 0, true},
	[BW_FILE_MNT_NS] = {"mnt_ns", 0, true},
	[BW_FILE_PID_NS] = {"pid_ns", 0, true},
};

static const char *const texts[BW_FILE_TEXTS] = {
	[BW_FILE_COMM] = "comm",
	[BW_FILE_PCOMM] = "pcomm",
	[BW_FILE_FILENAME] = "filename",
	[BW_FILE_PATH] = "path",
	[BW_FILE_TO_FILENAME] = "to_filename",
	[BW_FILE_TO] = "to",
	[BW_FILE_EXE] = "exe",
};

static const char deleted[] = " (deleted)";

/* A path that is put together: a directory, a slash, a name, and `deleted`. */
enum { JOINED_MAX = 2 * BW_EVENT_MAX + 1 + sizeof(deleted) };

static bool is_number(const struct bw_layout_field *f)
{
	return f->n_dims == 0 && (f->kind == BW_UNSIGNED || f->kind == BW_SIGNED || f->kind == BW_BOOL);
}

static bool is_chars(const struct bw_layout_field *f)
{
	return f->kind == BW_CHAR && f->n_dims == 1;
}

/* struct text_at, by its members. */
static bool is_text_at(const struct bw_layout_field *f)
{
	return f->kind == BW_STRUCT && f->n_dims == 0 && f->size == sizeof(struct text_at) && f->below == 2 &&
	       strcmp(f[1].name, "at") == 0 && strcmp(f[2].name, "len") == 0;
}

int bw_file_sample_open(struct bw_file_sample_reader *r, const struct bw_layout *layout)
{
	const struct bw_layout_field *last = bw_layout_find(layout, "texts");

	*r = (struct bw_file_sample_reader){.all_texts = last && is_chars(last) ? last : NULL};
	for (size_t i = 0; i < BW_FILE_NUMBERS; i++) {
		const struct bw_layout_field *f = bw_layout_find(layout, numbers[i].name);

		r->numbers[i] = f && is_number(f) ? f : NULL;
	}
	for (size_t i = 0; i < BW_FILE_TEXTS; i++) {
		const struct bw_layout_field *f = bw_layout_find(layout, texts[i]);

		r->texts[i] = f && (is_chars(f) || (r->all_texts && is_text_at(f))) ? f : NULL;
	}
	r->joined = malloc((size_t)3 * JOINED_MAX);
	return r->joined ? 0 : -ENOMEM;
}

void bw_file_sample_close(struct bw_file_sample_reader *r)
{
	free(r->joined);
	r->joined = NULL;
}

bool bw_file_sample_reads(const struct bw_file_sample_reader *r, const struct bw_layout_field *field)
{
	bool reads = field == r->all_texts;

	for (size_t i = 0; i < BW_FILE_NUMBERS; i++)
		reads |= field == r->numbers[i];
	for (size_t i = 0; i < BW_FILE_TEXTS; i++)
		reads |= field == r->texts[i];
	return reads;
}

size_t bw_file_sample_longest(const struct bw_file_sample_reader *r)
{
	size_t longest = r->all_texts && r->all_texts->count ? r->all_texts->count : BW_EVENT_MAX;

	for (size_t i = 0; i < BW_FILE_TEXTS; i++)
		if (r->texts[i] && is_chars(r->texts[i]) && r->texts[i]->count > longest)
			longest = r->texts[i]->count;
	return 2 * longest + 1 + strlen(deleted);
}

static uint64_t load(const struct bw_layout_field *f, const char *data)
{
	uint64_t n = bw_value_number(f, data);
	unsigned bits = f->bits ? f->bits : 8 * f->size;

	if (f->kind == BW_SIGNED && bits < 64 && n >> (bits - 1) & 1)
		n |= UINT64_MAX << bits;
	return n;
}

static void read_number(const struct bw_file_sample_reader *r, enum bw_file_number i, const char *data, size_t size,
			struct bw_file_sample *s)
{
	const struct bw_layout_field *f = r->numbers[i];

	if (!f || (size_t)f->offset + f->size > size)
		return;
	s->numbers[i] = load(f, data + f->offset);
	/* A source without marks has a value in each of its fields. */
	if (numbers[i].mark && r->numbers[BW_FILE_MARKS] && !bw_file_sample_is(s, numbers[i].mark))
		return;
	if (s->numbers[i] || !numbers[i].zero_is_none)
		s->known |= 1U << i;
}

/* None where a part of it lies beyond the sample, or behind the field with the texts. */
static struct bw_file_bytes read_text_at(const struct bw_layout_field *f, const struct bw_layout_field *all,
					 const char *data, size_t size)
{
	const struct bw_file_bytes none = {NULL, 0};
	struct text_at t;
	size_t room;

	if ((size_t)f->offset + sizeof(t) > size || all->offset > size)
		return none;
	memcpy(&t, data + f->offset, sizeof(t));
	room = size - all->offset;
	if (all->count && all->count < room)
		room = all->count;
	return t.len && (size_t)t.at + t.len <= room ? (struct bw_file_bytes){data + all->offset + t.at, t.len} : none;
}

static struct bw_file_bytes read_text(const struct bw_file_sample_reader *r, enum bw_file_text i, const char *data,
				      size_t size)
{
	const struct bw_layout_field *f = r->texts[i];
	size_t room;

	if (!f || f->offset > size)
		return (struct bw_file_bytes){NULL, 0};
	if (f->kind == BW_STRUCT)
		return read_text_at(f, r->all_texts, data, size);
	room = size - f->offset;
	return (struct bw_file_bytes){data + f->offset, strnlen(data + f->offset, f->count < room ? f->count : room)};
}

/*
 * `directory` and `name` as one path, in dst. The directory of an absolute name is the root of the process; without
 * one, where a relative name begins is not known, nor then the path.
 */
static struct bw_file_bytes join(struct bw_file_bytes directory, struct bw_file_bytes name, char *dst)
{
	size_t len = directory.len;

	if (name.len == 0 || directory.len == 0)
		return name.len && *name.bytes == '/' ? name : directory;
	memcpy(dst, directory.bytes, len);
	if (dst[len - 1] == '/')
		len--;
	if (*name.bytes != '/')
		dst[len++] = '/';
	memcpy(dst + len, name.bytes, name.len);
	return (struct bw_file_bytes){dst, len + name.len};
}

void bw_file_sample_read(const struct bw_file_sample_reader *r, const void *data, size_t size, struct bw_file_sample *s)
{
	struct bw_file_bytes *t = s->texts;

	s->known = 0;
	size = size < BW_EVENT_MAX ? size : BW_EVENT_MAX;
	for (int i = 0; i < BW_FILE_NUMBERS; i++)
		read_number(r, (enum bw_file_number)i, data, size, s);
	for (int i = 0; i < BW_FILE_TEXTS; i++)
		t[i] = read_text(r, (enum bw_file_text)i, data, size);
	if (bw_file_sample_is(s, DIRECTORY))
		t[BW_FILE_PATH] = join(t[BW_FILE_PATH], t[BW_FILE_FILENAME], r->joined);
	if (bw_file_sample_is(s, TO_DIRECTORY))
		t[BW_FILE_TO] = join(t[BW_FILE_TO], t[BW_FILE_TO_FILENAME], r->joined + JOINED_MAX);
}

/* With " (deleted)" behind it, at `to`. */
static struct bw_file_bytes mark_deleted(struct bw_file_bytes path, char *to)
{
	if (path.len == 0)
		return path;
	if (path.bytes != to)
		memcpy(to, path.bytes, path.len);
	memcpy(to + path.len, deleted, sizeof(deleted) - 1);
	return (struct bw_file_bytes){to, path.len + sizeof(deleted) - 1};
}

struct bw_file_bytes bw_file_sample_path(const struct bw_file_sample_reader *r, const struct bw_file_sample *s)
{
	struct bw_file_bytes path = s->texts[BW_FILE_PATH];

	return bw_file_sample_is(s, DELETED) ? mark_deleted(path, r->joined) : path;
}

struct bw_file_bytes bw_file_sample_exe(const struct bw_file_sample_reader *r, const struct bw_file_sample *s)
{
	struct bw_file_bytes exe = s->texts[BW_FILE_EXE];

	return bw_file_sample_is(s, EXE_DELETED) ? mark_deleted(exe, r->joined + (size_t)2 * JOINED_MAX) : exe;
}

bool bw_file_sample_is_cut(const char *path, size_t len)
{
	return len >= 4 && memcmp(path, ".../", 4) == 0;
}
