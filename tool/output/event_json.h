/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events as JSON (RFC 8259), an object a line:
 *   {"time":"2026-11-23T08:40:00.123456789Z","table":"events","event":{"pid":812,"comm":"cat"}}
 * Numbers are numbers, pointers and bytes of no known kind strings of hex, arrays, structs and unions what they are;
 * null is what the sample does not have. Text with bytes that are no UTF-8 has U+FFFD there, and beside it NAME_hex,
 * the bytes of the whole field.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/out.h"
#include "output/clock.h"
#include "output/layout.h"

/* An object's beginning: its time and table, at most BW_JSON_HEAD + strlen(table) bytes. Returns how many. */
size_t bw_event_json_head(char *dst, struct bw_clock *clock, uint64_t monotonic_ns, const char *table);
enum { BW_JSON_HEAD = 64 };

/*
 * The value of a layout of which `have` bytes are at data: an object of its fields, or what its one field without a
 * name is; without fields, all bytes in hex.
 */
size_t bw_event_json_value(char *dst, const struct bw_layout *layout, const void *data, size_t have);

/*
 * "NAME":VALUE, and, where the value is text whose bytes JSON can't hold, "NAME_hex" beside it. name: at most 8 bytes.
 * Both have at most so many bytes.
 */
size_t bw_event_json_member(char *dst, const char *name, const struct bw_layout *layout, const void *data, size_t have);
size_t bw_event_json_longest(const struct bw_layout *layout, size_t have);

struct bw_event_json;

/* *json is owned by the caller, for bw_event_json_free; table and layout must live as long. 0 or -ENOMEM. */
int bw_event_json_new(struct bw_event_json **json, const char *table, const struct bw_layout *layout);
void bw_event_json_free(struct bw_event_json *json);

/* The most bytes that the line of a sample of size bytes can have. */
size_t bw_event_json_line_longest(const struct bw_event_json *json, size_t size);

/* Appends the event's line. What no field covers is "rest". */
void bw_event_json_line(struct bw_event_json *json, struct bw_out *out, const void *sample, size_t size);
