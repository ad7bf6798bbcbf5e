/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/describe.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "base/cleanup.h"

enum { FIELDS_MAX = 4096, DEPTH_MAX = 16 };

struct basic {
	const char *name; /* as clang prints a builtin type of a 64-bit little-endian target */
	enum bw_kind kind;
	uint32_t size;
};

static const struct basic basics[] = {
	{"char", BW_CHAR, 1},
	{"signed char", BW_SIGNED, 1},
	{"unsigned char", BW_UNSIGNED, 1},
	{"_Bool", BW_BOOL, 1},
	{"bool", BW_BOOL, 1},
	{"short", BW_SIGNED, 2},
	{"unsigned short", BW_UNSIGNED, 2},
	{"int", BW_SIGNED, 4},
	{"unsigned int", BW_UNSIGNED, 4},
	{"long", BW_SIGNED, 8},
	{"unsigned long", BW_UNSIGNED, 8},
	{"long long", BW_SIGNED, 8},
	{"unsigned long long", BW_UNSIGNED, 8},
	{"__int128", BW_BYTES, 16},
	{"unsigned __int128", BW_BYTES, 16},
};

/* The fields in the making. */
struct reader {
	struct bw_field *fields;
	uint32_t n;
};

static int read_struct(struct reader *r, json_object *desc, unsigned depth, uint32_t *size, uint32_t *align);

static int read_basic(struct bw_field *f, const char *name)
{
	for (size_t i = 0; i < sizeof(basics) / sizeof(*basics); i++) {
		if (strcmp(basics[i].name, name) == 0) {
			f->kind = basics[i].kind;
			f->size = basics[i].size;
			return 0;
		}
	}
	return -EINVAL;
}

static const char *string_at(json_object *array, size_t i)
{
	json_object *item = i < json_object_array_length(array) ? json_object_array_get_idx(array, i) : NULL;

	return json_object_is_type(item, json_type_string) ? json_object_get_string(item) : NULL;
}

/* A struct or union with its members, or a basic type; `align` in bytes. */
static int read_type(struct reader *r, struct bw_field *f, json_object *type, unsigned depth, uint32_t *align)
{
	const char *form;
	int result;

	if (json_object_is_type(type, json_type_string)) {
		result = read_basic(f, json_object_get_string(type));
		*align = f->size;
		return result;
	}
	if (!json_object_is_type(type, json_type_array))
		return -EINVAL;
	form = string_at(type, 2);
	if (!form) /* an enum: [name, [names], "enum"], or its integer alone */
		return -EINVAL;
	f->kind = strcmp(form, "union") == 0 ? BW_UNION : BW_STRUCT;
	result = read_struct(r, type, depth + 1, &f->size, align);
	f->below = r->n - (uint32_t)(f - r->fields) - 1;
	return result;
}

/* ["name", type], ["name", type, [count]], or an anonymous struct or union: its own description. */
static int read_field(struct reader *r, json_object *desc, unsigned depth, uint32_t *align)
{
	struct bw_field *f = &r->fields[r->n];
	json_object *dims;
	size_t len;

	if (!json_object_is_type(desc, json_type_array) || r->n == FIELDS_MAX)
		return -EINVAL;
	r->n++;
	len = json_object_array_length(desc);
	*f = (struct bw_field){.name = string_at(desc, 0), .count = 1};
	if (!f->name || len < 2)
		return -EINVAL;
	if (len == 3 && string_at(desc, 2)) {
		f->name = "";
		return read_type(r, f, desc, depth, align);
	}
	if (read_type(r, f, json_object_array_get_idx(desc, 1), depth, align) < 0)
		return -EINVAL;
	if (len == 2)
		return 0;
	dims = json_object_array_get_idx(desc, 2);
	if (len > 3 || !json_object_is_type(dims, json_type_array) || json_object_array_length(dims) != 1)
		return -EINVAL; /* a bit field */
	f->count = (uint32_t)json_object_get_int64(json_object_array_get_idx(dims, 0));
	f->array = true;
	return 0;
}

static uint32_t round_up(uint32_t n, uint32_t align)
{
	return align ? (n + align - 1) / align * align : n;
}

/*
 * "struct_packed" has its paddings spelled out; "struct" (it has bit fields or ends in an open array) and "union"
 * follow C's alignment.
 */
static int read_struct(struct reader *r, json_object *desc, unsigned depth, uint32_t *size, uint32_t *align)
{
	json_object *members = json_object_array_get_idx(desc, 1);
	const char *form = string_at(desc, 2);
	bool packed = form && strcmp(form, "struct_packed") == 0, is_union = form && strcmp(form, "union") == 0;
	uint64_t end = 0;

	*align = 1;
	if (depth > DEPTH_MAX || !form || !json_object_is_type(members, json_type_array))
		return -EINVAL;
	for (size_t i = 0; i < json_object_array_length(members); i++) {
		struct bw_field *f = &r->fields[r->n];
		uint32_t member_align;
		uint64_t past;

		if (read_field(r, json_object_array_get_idx(members, i), depth, &member_align) < 0)
			return -EINVAL;
		f->offset = is_union ? 0 : packed ? (uint32_t)end : round_up((uint32_t)end, member_align);
		past = f->offset + (uint64_t)f->size * f->count;
		if (past > BW_EVENT_MAX)
			return -EINVAL;
		end = past > end ? past : end;
		if (member_align > *align)
			*align = member_align;
		if (strncmp(f->name, "__pad_", 6) == 0)
			r->n--;
	}
	*size = packed ? (uint32_t)end : round_up((uint32_t)end, *align);
	return 0;
}

static void put_json(json_object **json)
{
	json_object_put(*json);
}

/* The names outlive the JSON. */
static int keep_names(struct bw_field *fields, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		fields[i].name = strdup(fields[i].name);
		if (!fields[i].name) {
			while (i > 0)
				free((char *)fields[--i].name);
			return -ENOMEM;
		}
	}
	return 0;
}

int bw_describe(const char *json, struct bw_layout *layout)
{
	BW_CLEANUP(put_json) json_object *desc = json ? json_tokener_parse(json) : NULL;
	/* One more: read_struct looks at the next before it knows that there is one. */
	BW_FREE struct bw_field *fields = calloc(FIELDS_MAX + 1, sizeof(*fields));
	struct reader r = {fields, 0};
	uint32_t size, align;

	if (!fields)
		return -ENOMEM;
	if (!json_object_is_type(desc, json_type_array) || read_struct(&r, desc, 0, &size, &align) < 0)
		return -EINVAL; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	if (keep_names(fields, r.n) < 0)
		return -ENOMEM;
	*layout = (struct bw_layout){BW_TAKE(fields), r.n, size};
	return 0;
}

void bw_describe_free(struct bw_layout *layout)
{
	for (uint32_t i = 0; i < layout->n; i++)
		free((char *)layout->fields[i].name);
	free((struct bw_field *)layout->fields);
	*layout = (struct bw_layout){0};
}
