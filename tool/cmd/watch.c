/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/out.h"
#include "cmd/command.h"
#include "cmd/trace_pipe.h"
#include "output/clock.h"
#include "output/event_json.h"
#include "output/event_time.h"
#include "output/json.h"
#include "output/order.h"
#include "program/session.h"

/* How the run shows the events of a table: one of the two. */
struct shower {
	struct bw_event_text *text;
	struct bw_event_json *json;
};

struct view {
	struct bw_out out;
	struct shower *showers; /* n, one a table */
	uint32_t n;
	const struct bw_watch *watch;
	bool in_order; /* several tables, whose events all have a time: they are kept until all buffers were read */
	struct bw_order order;
	uint64_t last; /* the time of the event before */
	int failed;    /* why lines were not written, -errno, where the run goes on all the same */
	uint64_t told; /* of them */
	struct bw_clock clock;
};

static void close_view(struct view *view)
{
	for (uint32_t i = 0; i < view->n; i++) {
		bw_event_text_free(view->showers[i].text);
		bw_event_json_free(view->showers[i].json);
	}
	free(view->showers);
	bw_order_free(&view->order);
	bw_out_free(&view->out);
}

/* The longest line that it can make in *longest. */
static int open_shower(struct shower *shower, const struct bw_watch *w, const struct bw_image_event *event,
		       size_t *longest)
{
	struct bw_event_text_sentence sentence = w->sentence;
	const char *table = w->loaded->image->maps[event->map].name;
	int r;

	if (w->json) {
		*longest = 0; /* it has a buffer of its own */
		return bw_event_json_new(&shower->json, table, &event->layout);
	}
	sentence.lead = w->named ? table : NULL;
	r = bw_event_text_new(&shower->text, &event->layout, &sentence);
	*longest = r == 0 ? bw_event_text_longest(shower->text, BW_EVENT_MAX) : 0;
	return r;
}

static int open_view(struct view *view, const struct bw_image *image)
{
	size_t longest = 0, line;

	view->in_order = image->n_events > 1;
	view->clock.start = bw_clock_now();
	view->showers = calloc(image->n_events + 1, sizeof(*view->showers));
	if (!view->showers)
		return -ENOMEM;
	for (; view->n < image->n_events; view->n++) {
		const struct bw_image_event *event = &image->events[view->n];
		int r = open_shower(&view->showers[view->n], view->watch, event, &line);

		if (r < 0)
			return r;
		view->in_order &= bw_event_time_field(&event->layout) != NULL;
		if (event->layout.n == 0)
			bw_log_note("The type of the events of '%s' is not known: if any come, their bytes are "
				    "shown in hex (-v says more).",
				    image->maps[event->map].name);
		longest = line > longest ? line : longest;
	}
	return bw_out_init(&view->out, STDOUT_FILENO, longest + BW_EVENT_MAX);
}

static int on_ready(void *cookie)
{
	const struct view *view = cookie;

	return view->watch->ready(view->watch->cookie);
}

static void on_second(void *cookie)
{
	struct view *view = cookie;

	if (view->out.unwritten > view->told)
		bw_log_note("Not written: %llu lines: %s.", (unsigned long long)(view->out.unwritten - view->told),
			    strerror(-view->failed));
	view->told = view->out.unwritten;
	if (view->watch->second)
		view->watch->second(view->watch->cookie);
}

static void show(void *cookie, uint32_t event, const void *data, size_t size)
{
	struct view *view = cookie;
	const struct shower *shower = &view->showers[event];

	if (shower->json)
		bw_event_json_line(shower->json, &view->out, data, size);
	else
		bw_event_text_line(shower->text, &view->out, data, size);
	if (view->watch->maps)
		bw_map_printer_note(view->watch->maps, &view->watch->loaded->image->events[event].layout, data, size);
}

static void on_sample(void *cookie, uint32_t event, const void *data, size_t size)
{
	struct view *view = cookie;
	const struct bw_layout *layout = &view->watch->loaded->image->events[event].layout;
	uint64_t time;
	bool other;

	if (!view->in_order) {
		show(view, event, data, size);
		return;
	}
	time = bw_event_time_of(&view->clock, bw_event_time_field(layout), data, size, &other);
	view->last = other ? view->last : time;
	if (bw_order_add(&view->order, view->last, event, data, size) < 0)
		show(view, event, data, size);
}

static void show_maps(void *cookie)
{
	struct view *view = cookie;

	if (view->watch->maps)
		bw_map_printer_show(view->watch->maps, &view->out);
}

static void on_extra(void *cookie)
{
	struct view *view = cookie;

	bw_trace_pipe_read(view->watch->printk, &view->out, false);
}

static void on_urgent(void *cookie)
{
	const struct view *view = cookie;

	view->watch->urgent(view->watch->cookie);
}

static int on_flush(void *cookie)
{
	struct view *view = cookie;

	int r;

	bw_order_drain(&view->order, show, view);
	r = bw_out_flush(&view->out);
	if (r == 0 || r == -EPIPE || r == -EINTR || !view->watch->goes_on)
		return r;
	view->failed = r;
	view->out.error = 0; /* the next lines are tried again */
	return 0;
}

static bool is_over(const void *session)
{
	return bw_session_is_over(session);
}

static void print_closing(const struct bw_watch *w, const struct bw_session *s, uint64_t unwritten)
{
	char more[128] = "", before[128] = "";
	int n = 0;

	if (s->cut > 0)
		n = snprintf(more, sizeof(more), ", %llu names cut off", (unsigned long long)s->cut);
	if (s->missed > 0)
		n += snprintf(more + n, sizeof(more) - (size_t)n, ", %llu missed by the kernel",
			      (unsigned long long)s->missed);
	if (unwritten > 0)
		snprintf(more + n, sizeof(more) - (size_t)n, ", %llu not written", (unsigned long long)unwritten);
	if (w->closing)
		w->closing(w->cookie, before, sizeof(before));
	bw_log_note("%s%llu events shown, %llu lost%s.", before, (unsigned long long)(s->events - unwritten),
		    (unsigned long long)s->lost, more);
}

static void print_json_losses(struct bw_out *out, const struct bw_session *s)
{
	BW_CLEANUP(bw_json_free) struct bw_json json = {0};
	struct bw_clock clock = {0};

	bw_event_json_open(&json, &clock, bw_clock_now(), "");
	bw_json_key(&json, "lost");
	bw_json_number(&json, s->lost);
	bw_json_key(&json, "missed");
	bw_json_number(&json, s->missed);
	bw_json_close_object(&json);
	bw_json_put_line(&json, out);
}

/* What comes behind the last event. */
static void show_end(struct view *view, const struct bw_session *s)
{
	const struct bw_watch *w = view->watch;

	if (w->printk)
		bw_trace_pipe_read(w->printk, &view->out, true);
	show_maps(view);
	if (w->json && s->lost + s->missed > 0)
		print_json_losses(&view->out, s);
	bw_out_flush(&view->out);
}

/* Whose reader went away wanted no more; all else is a failure. */
static void explain_output(int error)
{
	if (error == -EINTR)
		bw_log_error(error, "can't write all events: the reader of stdout does not read");
	else if (error && error != -EPIPE)
		bw_log_error(error, "can't write all events: %s", strerror(-error));
}

int bw_watch_run(const struct bw_watch *w)
{
	BW_CLEANUP(close_view) struct view view = {.watch = w};
	struct bw_session session = {
		.loaded = w->loaded,
		.pages = w->pages,
		.seconds = w->seconds,
		.signal_fd = w->signal_fd,
		.out_fd = STDOUT_FILENO,
		.interval = w->interval,
		.counters = w->counters,
		.extra_fd = w->printk ? bw_trace_pipe_fd(w->printk) : -1,
		.urgent_fd = w->urgent ? w->urgent_fd : -1,
		.urgent = on_urgent,
		.ready = on_ready,
		.sample = on_sample,
		.flush = on_flush,
		.tick = w->maps ? show_maps : NULL,
		.extra = on_extra,
		.second = on_second,
		.cookie = &view,
	};
	int r = open_view(&view, w->loaded->image);

	view.out.is_over = is_over;
	view.out.cookie = &session;

	if (r == 0)
		r = bw_session_run(&session);
	if (session.started)
		show_end(&view, &session);
	explain_output(view.out.error ? view.out.error : view.failed);
	if (!session.started)
		return r;
	print_closing(w, &session, view.out.error == -EPIPE ? 0 : view.out.unwritten);
	if (r == -EPIPE && w->needs_reader)
		return bw_log_error(BW_EXIT_FAILED, "the reader of stdout has gone, and with it this ends");
	if ((r < 0 && r != -EPIPE) || view.failed)
		return BW_EXIT_FAILED;
	return session.lost + session.missed > 0 && w->fail_on_loss ? BW_EXIT_LOST : BW_EXIT_OK;
}
