/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields that the bytes of an event are. A layout is made when a source is compiled, from the BTF of the event's
 * type, and is a part of the image.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bw_layout_kind {
	BW_UNSIGNED,
	BW_SIGNED,
	BW_BOOL,
	BW_CHAR, /* alone: a character; an array: text up to its NUL */
	BW_POINTER,
	BW_BYTES, /* of no kind above: shown as hex */
	BW_STRUCT,
	BW_UNION,
	BW_KINDS
};

enum { BW_DIMS = 4 };

/*
 * One field. The members of a struct or union follow it directly, in the order of the source; `below` says how
 * many records that are, members of members included. Offsets count from the struct the field is in.
 */
struct bw_layout_field {
	const char *name; /* owned by the image */
	enum bw_layout_kind kind;
	uint32_t offset; /* bytes */
	uint32_t size;	 /* bytes of one element */
	uint32_t count;	 /* of elements, in all dimensions */
	uint32_t below;
	uint32_t n_dims;	/* 0: no array; T x[1] is one */
	uint32_t dims[BW_DIMS]; /* the outermost first; their product is count */
	uint32_t bits, shift;	/* of a bit field, in the size bytes at offset; bits is 0 for others */
};

/* perf's records count their size in 16 bits. */
enum { BW_EVENT_MAX = 1 << 16 };

struct bw_layout {
	const struct bw_layout_field *fields; /* n records; owned by the image */
	uint32_t n;
	uint32_t size; /* of the struct, bytes */
};

/* Is it one field without a name: no struct, but a number, an array, ...? */
bool bw_layout_is_single(const struct bw_layout *layout);

/* The field of that name at the top level; NULL if there is none. */
const struct bw_layout_field *bw_layout_find(const struct bw_layout *layout, const char *name);

/*
 * Do the fields lie within their structs, the members within their parents, each record's `below` within n, and is the
 * size one that an event can have? 0 or -EINVAL. Every image that is read is checked by it.
 */
int bw_layout_check(const struct bw_layout *layout);
