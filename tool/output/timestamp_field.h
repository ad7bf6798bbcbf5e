/* SPDX-License-Identifier: Apache-2.0 */
/* The time of an event. */
#pragma once

#include <stdbool.h>

#include "output/layout.h"
#include "output/timestamp.h"

/* The field `ts`, if it is a number of 8 bytes; else NULL. */
const struct bw_layout_field *bw_timestamp_field_find(const struct bw_layout *layout);

/*
 * The event's time, in ns of bpf_ktime_get_ns(); that of now where field is NULL, lies beyond the sample, or is 0. If
 * it is no such time (some programs have microseconds there, or the time since their beginning), that of now, and
 * *other is true.
 */
uint64_t bw_timestamp_field_read(const struct bw_timestamp_clock *clock, const struct bw_layout_field *field,
				 const void *sample, size_t size, bool *other);
