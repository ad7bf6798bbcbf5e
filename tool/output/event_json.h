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
#include "output/json.h"
#include "output/layout.h"
#include "output/timestamp.h"

/* An object's beginning: its time, in ns of CLOCK_MONOTONIC, and its table. The caller closes the object. */
void bw_event_json_open(struct bw_json *json, struct bw_timestamp_clock *clock, uint64_t monotonic_ns,
			const char *table);

/*
 * The value of a layout of which `have` bytes are at data: an object of its fields, or what its one field without a
 * name is; without fields, all bytes in hex.
 */
void bw_event_json_value(struct bw_json *json, const struct bw_layout *layout, const void *data, size_t have);

/* "NAME":VALUE, and, where the value is text whose bytes JSON can't hold, "NAME_hex" beside it. */
void bw_event_json_member(struct bw_json *json, const char *name, const struct bw_layout *layout, const void *data,
			  size_t have);

/*
 * The same for a field of which `have` bytes are at data. A struct or union without a name has its members in its
 * stead; other fields without one are padding, and not written.
 */
void bw_event_json_field(struct bw_json *json, const struct bw_layout_field *field, const void *data, size_t have);

struct bw_event_json;

/* *event is owned by the caller, for bw_event_json_free; table and layout must live as long. 0 or -ENOMEM. */
int bw_event_json_new(struct bw_event_json **event, const char *table, const struct bw_layout *layout);
void bw_event_json_free(struct bw_event_json *event);

/* Appends the event's line. What no field covers is "rest". Without memory for it, out counts it as unwritten. */
void bw_event_json_line(struct bw_event_json *event, struct bw_out *out, const void *sample, size_t size);
