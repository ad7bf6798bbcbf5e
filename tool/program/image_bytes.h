/* SPDX-License-Identifier: Apache-2.0 */
/* How an image lies in bytes; for program/image.c and image_write.c alone. */
#pragma once

#include "output/layout.h"

enum { MAGIC_LEN = 8 };

/*
 * The bytes: this header, then the records in the order of its counts, each 4-byte words, then the instructions,
 * 8 bytes each, then the contents of variables, then the strings, each with its NUL. Records name strings by their
 * offset there.
 */
struct header {
	char magic[MAGIC_LEN];
	uint32_t version;
	uint32_t license;
	uint32_t n_maps, n_programs, n_events, n_fields, n_insns, n_content, n_chars;
};

struct map_record {
	uint32_t name, type, key_size, value_size, max_entries, flags, display;
	struct layout_record {
		uint32_t n_fields, size; /* the fields follow those of the layout before */
	} key, value;
	uint32_t has_content; /* which follows that of the map before */
};

struct program_record {
	uint32_t name, n_insns; /* which follow those of the program before */
};

struct event_record {
	uint32_t map;
	struct layout_record layout;
};

struct field_record {
	uint32_t name, kind, offset, size, count, below, n_dims, dims[BW_DIMS], bits, shift;
};

static const char magic[] = "bccimage"; /* without its NUL */
enum { VERSION = 4, MOST = 1 << 24 /* of each count: no sum overflows */ };
