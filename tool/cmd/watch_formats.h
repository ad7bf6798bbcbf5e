/* SPDX-License-Identifier: Apache-2.0 */
/* How a watch prints the events of each table. */
#pragma once

#include "cmd/watch.h"
#include "output/event_json.h"

/* How the events of a table are printed: one of these. */
struct bw_watch_format {
	struct bw_file_event *file;
	struct bw_event_text *text;
	struct bw_event_json *json;
};

/*
 * Makes the formats of the image's events, as the watch wants them: *n of them. *longest: the longest of their lines. 0
 * or -ENOMEM; *formats is the caller's, for bw_watch_formats_free, in either case.
 */
int bw_watch_formats_make(const struct bw_watch *watch, const struct bw_image *image, struct bw_watch_format **formats,
			  uint32_t *n, size_t *longest);

/* They may be NULL. */
void bw_watch_formats_free(struct bw_watch_format **formats, uint32_t *n);

/* Are the events to be put in the order of their times, and have they all a time? */
bool bw_watch_formats_have_order(const struct bw_watch *watch, const struct bw_image *image);
