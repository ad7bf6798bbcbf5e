/* SPDX-License-Identifier: Apache-2.0 */
/* File events as they are printed. */
#pragma once

#include <stdbool.h>

#include "output/file_event.h"
#include "tests/unit/file_events.h"

/* Options with these fields ("": those that are printed by default). */
struct bw_file_event_options fields_of(const char *list);

/* The line of a sample of the type, without its newline; the printer's, of which there is one at a time. "": none. */
const char *file_line(const char *type, const struct bw_file_event_options *options, bool json, const void *sample,
		      size_t size);

/* The same of an event that comes after a later one. */
const char *late_line(const struct bw_file_event_options *options, bool json, const struct made_event *m);

/* The line as text behind its time, and the JSON from the member "event" on, which must follow what is always there. */
const char *text_of(const char *fields, const struct made_event *m);
const char *json_of_event(const char *fields, const struct made_event *m);
