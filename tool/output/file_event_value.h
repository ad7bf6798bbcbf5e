/* SPDX-License-Identifier: Apache-2.0 */
/* The value of one field of a file event, for text and JSON alike. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "output/file_event_fields.h"
#include "output/file_sample.h"
#include "output/flag_names.h"
#include "output/timestamp.h"
#include "process/cgroup.h"

/* An event whose values are asked for. Start with zeroes; for each sample, bw_file_event_value_start. */
struct bw_file_event_source {
	struct bw_file_sample_reader reader;
	struct bw_timestamp_clock clock;
	struct bw_cgroups *cgroups; /* the caller's; NULL: paths of cgroups are not known */

	/* Of the sample. */
	struct bw_file_sample sample;
	uint64_t time;
	const struct bw_cgroup *cgroup; /* NULL: none, or not looked for yet */
	bool cgroup_known;
};

enum bw_file_event_kind {
	BW_VALUE_NONE,	 /* can't be known */
	BW_VALUE_NUMBER, /* digits, or true or false: JSON as it is */
	BW_VALUE_WORD,	 /* characters of which none is escaped: JSON has it in quotes */
	BW_VALUE_TEXT,	 /* bytes from outside, at least one */
};

struct bw_file_event_value {
	enum bw_file_event_kind kind;
	const char *bytes; /* of the sample, of the source, or of `room` */
	size_t len;
	char room[BW_FLAG_NAMES_MAX];
};

void bw_file_event_value_start(struct bw_file_event_source *source, const void *sample, size_t size, uint64_t time);
void bw_file_event_value_get(struct bw_file_event_source *source, enum bw_file_event_field field,
			     struct bw_file_event_value *value);

/* The most bytes of any value. */
size_t bw_file_event_value_longest(const struct bw_file_event_source *source);
