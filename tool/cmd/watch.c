/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "cmd/command_table.h"
#include "cmd/trace_pipe.h"
#include "output/event_json.h"
#include "output/json.h"
#include "output/timestamp_field.h"

/* How the events of a table are printed: one of these. */
struct bw_watch_format {
	struct bw_file_event *file;
	struct bw_event_text *text;
	struct bw_event_json *json;
};

/* *longest: the longest line that it can make. */
static int open_format(struct bw_watch_format *format, const struct bw_watch *w, const struct bw_image_event *event,
		       size_t *longest)
{
	struct bw_event_text_sentence sentence = w->sentence;
	const char *table = w->loaded->image->maps[event->map].name;
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

static int open_formats(struct bw_watch *w)
{
	const struct bw_image *image = w->loaded->image;
	size_t longest = 0, line;

	w->in_order = image->n_events > 1;
	w->clock.start = bw_timestamp_now();
	w->formats = calloc(image->n_events + 1, sizeof(*w->formats));
	if (!w->formats)
		return -ENOMEM;
	for (; w->n_formats < image->n_events; w->n_formats++) {
		const struct bw_image_event *event = &image->events[w->n_formats];
		int r = open_format(&w->formats[w->n_formats], w, event, &line);

		if (r < 0)
			return r;
		w->in_order &= bw_timestamp_field_find(&event->layout) != NULL;
		if (event->layout.n == 0)
			bw_log_note("The type of the events of '%s' is not known: their bytes are printed in hex (-v "
				    "gives the reason).",
				    image->maps[event->map].name);
		longest = line > longest ? line : longest;
	}
	return bw_out_init(&w->out, STDOUT_FILENO, longest + BW_EVENT_MAX);
}

static void print_event(void *cookie, uint32_t event, const void *data, size_t size)
{
	struct bw_watch *w = cookie;
	const struct bw_watch_format *format = &w->formats[event];

	if (format->file)
		w->unwanted += !bw_file_event_line(format->file, &w->out, data, size);
	else if (format->json)
		bw_event_json_line(format->json, &w->out, data, size);
	else
		bw_event_text_line(format->text, &w->out, data, size);
	if (w->maps)
		bw_map_printer_note(w->maps, &w->loaded->image->events[event].layout, data, size);
}

/* Of several tables, events are sorted first. */
static void print_or_keep(void *cookie, uint32_t event, const void *data, size_t size)
{
	struct bw_watch *w = cookie;
	const struct bw_layout *layout = &w->loaded->image->events[event].layout;
	uint64_t time;
	bool other;

	if (!w->in_order) {
		print_event(w, event, data, size);
		return;
	}
	time = bw_timestamp_field_read(&w->clock, bw_timestamp_field_find(layout), data, size, &other);
	w->last = other ? w->last : time;
	if (bw_order_add(&w->order, w->last, event, data, size) < 0)
		print_event(w, event, data, size);
}

static int flush(void *cookie)
{
	struct bw_watch *w = cookie;
	int r;

	bw_order_drain(&w->order, print_event, w);
	r = bw_out_flush(&w->out);
	if (r == 0 || r == -EPIPE || r == -EINTR || !w->goes_on)
		return r;
	w->failed = r;
	w->out.error = 0; /* the next lines are tried again */
	return 0;
}

/* Those of file events are a record each time that there are more. */
static void print_file_losses(struct bw_watch *w)
{
	const struct bw_session *s = &w->session;
	const struct bw_file_event_losses losses = {.lost = s->lost, .missed = s->missed, .cut = s->cut};

	if (!w->file_events || !w->json || memcmp(&losses, &w->reported, sizeof(losses)) == 0)
		return;
	bw_file_event_losses(&losses, &w->out);
	w->reported = losses;
}

static void each_second(void *cookie)
{
	struct bw_watch *w = cookie;

	print_file_losses(w);
	if (w->out.unwritten > w->reported_unwritten)
		bw_log_note("Not written: %llu lines: %s.",
			    (unsigned long long)(w->out.unwritten - w->reported_unwritten), strerror(-w->failed));
	w->reported_unwritten = w->out.unwritten;
	if (w->second)
		w->second(w->cookie);
}

static void print_maps(void *cookie)
{
	struct bw_watch *w = cookie;

	if (w->maps)
		bw_map_printer_show(w->maps, &w->out);
}

static void print_trace_pipe(void *cookie)
{
	struct bw_watch *w = cookie;

	bw_trace_pipe_read(w->trace_pipe, &w->out, false);
}

static void call_urgent(void *cookie)
{
	const struct bw_watch *w = cookie;

	w->urgent(w->cookie);
}

static bool is_over(const void *session)
{
	return bw_session_is_over(session);
}

int bw_watch_open(struct bw_watch *w)
{
	int r = open_formats(w);

	w->session = (struct bw_session){
		.loaded = w->loaded,
		.pages = w->pages,
		.seconds = w->seconds,
		.signal_fd = w->signal_fd,
		.out_fd = STDOUT_FILENO,
		.interval = w->interval,
		.counters = w->counters,
		.extra_fd = w->trace_pipe ? bw_trace_pipe_fd(w->trace_pipe) : -1,
		.urgent_fd = w->urgent ? w->urgent_fd : -1,
		.urgent = call_urgent,
		.sample = print_or_keep,
		.flush = flush,
		.tick = w->maps ? print_maps : NULL,
		.extra = print_trace_pipe,
		.second = each_second,
		.cookie = w,
	};
	w->out.is_over = is_over;
	w->out.cookie = &w->session;
	return r == 0 ? bw_session_open(&w->session) : r;
}

static void print_json_losses(struct bw_out *out, const struct bw_session *s)
{
	BW_CLEANUP(bw_json_free) struct bw_json json = {0};
	struct bw_timestamp_clock clock = {0};

	bw_event_json_open(&json, &clock, bw_timestamp_now(), "");
	bw_json_key(&json, "lost");
	bw_json_number(&json, s->lost);
	bw_json_key(&json, "missed");
	bw_json_number(&json, s->missed);
	bw_json_close_object(&json);
	bw_json_put_line(&json, out);
}

/* What comes behind the last event. */
static void print_end(struct bw_watch *w)
{
	const struct bw_session *s = &w->session;

	if (w->trace_pipe)
		bw_trace_pipe_read(w->trace_pipe, &w->out, true);
	print_maps(w);
	print_file_losses(w);
	if (w->json && !w->file_events && s->lost + s->missed > 0)
		print_json_losses(&w->out, s);
	bw_out_flush(&w->out);
}

/* Whose reader went away wanted no more; all else is a failure. */
static void explain_output(int error)
{
	if (error == -EINTR)
		bw_log_error(error, "cannot write all events: the reader of stdout does not read");
	else if (error && error != -EPIPE)
		bw_log_error(error, "cannot write all events: %s", strerror(-error));
}

int bw_watch_run(struct bw_watch *w)
{
	int r = bw_session_run(&w->session);

	print_end(w);
	explain_output(w->out.error ? w->out.error : w->failed);
	return r;
}

static void print_closing_line(const struct bw_watch *w, const char *summary, uint64_t unwritten)
{
	const struct bw_session *s = &w->session;
	char more[128] = "";
	int n = 0;

	if (s->cut > 0)
		n = snprintf(more, sizeof(more), ", %llu names cut off", (unsigned long long)s->cut);
	if (s->missed > 0)
		n += snprintf(more + n, sizeof(more) - (size_t)n, ", %llu missed by the kernel",
			      (unsigned long long)s->missed);
	if (unwritten > 0)
		snprintf(more + n, sizeof(more) - (size_t)n, ", %llu not written", (unsigned long long)unwritten);
	bw_log_note("%s%llu events shown, %llu lost%s.", summary,
		    (unsigned long long)(s->events - w->unwanted - unwritten), (unsigned long long)s->lost, more);
}

int bw_watch_finish(const struct bw_watch *w, int r, const char *summary)
{
	print_closing_line(w, summary, w->out.error == -EPIPE ? 0 : w->out.unwritten);
	if ((r < 0 && (r != -EPIPE || w->needs_reader)) || w->failed)
		return BW_EXIT_FAILED;
	return w->session.lost + w->session.missed > 0 && w->fail_on_loss ? BW_EXIT_LOST : BW_EXIT_OK;
}

void bw_watch_close(struct bw_watch *w)
{
	bw_session_close(&w->session);
	for (uint32_t i = 0; i < w->n_formats; i++) {
		bw_file_event_free(w->formats[i].file);
		bw_event_text_free(w->formats[i].text);
		bw_event_json_free(w->formats[i].json);
	}
	free(w->formats);
	w->formats = NULL;
	w->n_formats = 0;
	bw_order_free(&w->order);
	bw_out_free(&w->out);
}
