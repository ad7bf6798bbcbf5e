/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch_formats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "output/event_json.h"
#include "output/timestamp_field.h"

/* *longest: the longest line that it can make. */
static int open_format(struct bw_watch_format *format, const struct bw_watch *w, const struct bw_image *image,
		       const struct bw_image_event *event, size_t *longest)
{
	struct bw_event_text_sentence sentence = w->sentence;
	const char *table = image->maps[event->map].name;
	int r;

	if (w->file_events && strcmp(table, "events") == 0) {
		*longest = 0;
		return bw_file_event_new(&format->file, table, &event->layout, w->file_events, w->json);
	}
	if (w->json) {
		*longest = 0; /* it has a buffer of its own */
		return bw_event_json_new(&format->json, table, &event->layout);
	}
	sentence.lead = w->named ? table : NULL;
	r = bw_event_text_new(&format->text, &event->layout, &sentence);
	*longest = r == 0 ? bw_event_text_longest(format->text, BW_EVENT_MAX) : 0;
	return r;
}

int bw_watch_formats_make(const struct bw_watch *w, const struct bw_image *image, struct bw_watch_format **formats,
			  uint32_t *n, size_t *longest)
{
	struct bw_watch_format *all = calloc(image->n_events + 1, sizeof(*all));
	size_t line;

	*formats = all;
	*longest = 0;
	if (!all)
		return -ENOMEM;
	for (*n = 0; *n < image->n_events; ++*n) {
		const struct bw_image_event *event = &image->events[*n];
		int r = open_format(&all[*n], w, image, event, &line);

		if (r < 0)
			return r;
		*longest = line > *longest ? line : *longest;
	}
	return 0;
}

bool bw_watch_formats_have_order(const struct bw_watch *w, const struct bw_image *image)
{
	bool in_order = w->hold_back || image->n_events > 1;

	for (uint32_t i = 0; i < image->n_events; i++)
		in_order &= bw_timestamp_field_find(&image->events[i].layout) != NULL;
	return in_order;
}

void bw_watch_formats_free(struct bw_watch_format **formats, uint32_t *n)
{
	for (uint32_t i = 0; *formats && i < *n; i++) {
		bw_file_event_free((*formats)[i].file);
		bw_event_text_free((*formats)[i].text);
		bw_event_json_free((*formats)[i].json);
	}
	free(*formats);
	*formats = NULL;
	*n = 0;
}
