/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/out_file.h"
#include "base/signals.h"
#include "cmd/command_table.h"
#include "cmd/losses.h"
#include "cmd/trace_pipe.h"
#include "cmd/watch_formats.h"
#include "output/event_json.h"
#include "output/timestamp_field.h"
#include "process/command.h"

/* How long an event is held back, in ns. */
#define HOLD_BACK 100000000ULL

/* How many ns of events are printed at a time, where no buffer fills. */
#define BATCH 20000000ULL

/* What is kept at least until events are printed early, in bytes: else as much as the buffers hold. */
enum { KEPT_MIN = 1 << 20 };

static int open_formats(struct bw_watch *w)
{
	const struct bw_image *image = w->loaded->image;
	size_t longest;
	int r;

	w->in_order = bw_watch_formats_have_order(w, image);
	w->clock.start = bw_timestamp_now();
	r = bw_watch_formats_make(w, image, &w->formats, &w->n_formats, &longest);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < image->n_events; i++)
		if (image->events[i].layout.n == 0)
			bw_log_note("The type of the events of '%s' is not known: their bytes are printed in hex (-v "
				    "gives the reason).",
				    image->maps[image->events[i].map].name);
	return bw_out_init(&w->out, w->out_fd ? w->out_fd : STDOUT_FILENO, longest + BW_EVENT_MAX);
}

/* late: an event of a later time was printed before. */
static void print_event(void *cookie, uint32_t event, const void *data, size_t size, bool late)
{
	struct bw_watch *w = cookie;
	const struct bw_watch_format *format = &w->formats[event];

	if (w->max_events && w->shown == w->max_events)
		return; /* the run ends */
	if (format->file && !bw_file_event_line(format->file, &w->out, data, size, late))
		return; /* it is not wanted */
	w->session.stop |= ++w->shown == w->max_events;
	if (format->json)
		bw_event_json_line(format->json, &w->out, data, size);
	else if (format->text)
		bw_event_text_line(format->text, &w->out, data, size);
	if (w->maps)
		bw_map_printer_note(w->maps, &w->loaded->image->events[event].layout, data, size);
}

static void print_or_keep(void *cookie, uint32_t event, const void *data, size_t size)
{
	struct bw_watch *w = cookie;
	const struct bw_layout *layout = &w->loaded->image->events[event].layout;
	uint64_t time;
	bool other;

	if (!w->in_order) {
		print_event(w, event, data, size, false);
		return;
	}
	time = bw_timestamp_field_read(&w->clock, bw_timestamp_field_find(layout), data, size, &other);
	w->last = other ? w->last : time;
	bw_order_add(&w->order, w->last, event, data, size);
}

static void open_order(struct bw_watch *w)
{
	size_t kept = (size_t)w->loaded->cpus * w->pages * (size_t)sysconf(_SC_PAGESIZE);

	w->order = (struct bw_order){.show = print_event, .cookie = w, .limit = kept > KEPT_MIN ? kept : KEPT_MIN};
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* When to look again: an event at a time would wake us as often. */
static uint64_t next_due(const struct bw_watch *w)
{
	uint64_t began = w->session.began, complete = w->session.complete, earliest = bw_order_earliest(&w->order);
	uint64_t due = earliest + smaller(earliest - began, HOLD_BACK);
	uint64_t soonest = complete + smaller((complete - began) / 4, BATCH);

	if (earliest == UINT64_MAX)
		return 0;
	return due > soonest ? due : soonest;
}

/*
 * An event is held back as long as the run had lasted when it happened, up to HOLD_BACK: so the first ones are printed
 * soon. Of a time past that no earlier event is in any buffer.
 */
static void print_due(struct bw_watch *w)
{
	struct bw_session *s = &w->session;
	uint64_t began = s->began, soon = began + (s->complete - began) / 2;

	if (!w->hold_back || s->complete == UINT64_MAX) {
		bw_order_finish(&w->order);
		return;
	}
	if (s->complete <= began)
		return;
	bw_order_drain(&w->order, soon > s->complete - HOLD_BACK ? soon : s->complete - HOLD_BACK);
	w->clock.until = s->complete + HOLD_BACK; /* no need to look at the clock for times up to that */
	s->due = next_due(w);
}

static int flush(void *cookie)
{
	struct bw_watch *w = cookie;
	int r;

	print_due(w);
	r = bw_out_flush(&w->out);
	if (r == 0 || r == -EPIPE || r == -EINTR || !w->goes_on)
		return r;
	w->failed = r;
	w->out.error = 0; /* the next lines are tried again */
	return 0;
}

static struct bw_losses losses_of(const struct bw_watch *w)
{
	const struct bw_session *s = &w->session;

	return (struct bw_losses){s->lost,   s->unbuffered, s->cut,
				  s->missed, w->order.late, w->out.error == -EPIPE ? 0 : w->out.unwritten};
}

/* In JSON, a record where there is something new. */
static void print_new_losses(struct bw_watch *w)
{
	struct bw_losses losses = losses_of(w);
	uint64_t sum = losses.lost + losses.missed + losses.cut + losses.late;

	if (w->json && sum > w->reported_losses)
		bw_losses_print_record(&losses, w->file_events ? BW_FILE_EVENT_VERSION : 0, &w->out);
	w->reported_losses = sum;
}

static void report_unwritten(void *cookie)
{
	struct bw_watch *w = cookie;

	print_new_losses(w);
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

static void call_extra(void *cookie)
{
	const struct bw_watch *w = cookie;

	w->extra(w->cookie);
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

static bool has_ended(void *cookie)
{
	const struct bw_watch *w = cookie;

	return bw_command_has_ended(w->command);
}

static int open_out(struct bw_watch *w)
{
	int fd = w->out_path ? bw_out_file_open(w->out_path, true) : 0;

	if (fd <= 0)
		return fd;
	w->out_fd = fd;
	w->goes_on = true;
	return bw_signals_handle(w->signal_fd, SIGHUP);
}

/* Its file was moved away, as by logrotate. Where it can't be opened anew, the old one goes on. */
static void open_anew(void *cookie)
{
	struct bw_watch *w = cookie;
	int fd = bw_out_file_open(w->out_path, false);

	if (fd < 0)
		return;
	bw_out_flush(&w->out);
	close(w->out_fd);
	w->out_fd = w->out.fd = w->session.out_fd = fd;
	w->out.torn = false;
	w->out.last = '\0';
}

static void hang_up(void *cookie)
{
	struct bw_watch *w = cookie;

	if (w->out_fd)
		open_anew(w);
	if (w->hangup)
		w->hangup(w->cookie);
}

int bw_watch_open(struct bw_watch *w)
{
	int r = open_out(w);

	w->shown = w->reported_losses = 0;
	open_order(w);
	r = r == 0 ? open_formats(w) : r;

	w->session = (struct bw_session){
		.loaded = w->loaded,
		.pages = w->pages,
		.duration = w->duration,
		.signal_fd = w->signal_fd,
		.out_fd = w->out_fd ? w->out_fd : STDOUT_FILENO,
		.interval = w->interval,
		.counters = w->counters,
		.extra_fd = w->trace_pipe ? bw_trace_pipe_fd(w->trace_pipe)
			    : w->extra	  ? w->extra_fd
					  : -1,
		.urgent_fd = w->urgent ? w->urgent_fd : -1,
		.urgent = call_urgent,
		.sample = print_or_keep,
		.flush = flush,
		.tick = w->maps ? print_maps : NULL,
		.extra = w->trace_pipe ? print_trace_pipe : call_extra,
		.second = report_unwritten,
		.hangup = w->out_fd || w->hangup ? hang_up : NULL,
		.keeper = w->keeper,
		.ended = w->command ? has_ended : NULL,
		.cookie = w,
	};
	w->out.is_over = is_over;
	w->out.cookie = &w->session;
	malloc_trim(0); /* of what the start needed the C library keeps a part, which no run needs again */
	return r == 0 ? bw_session_open(&w->session) : r;
}

int bw_watch_add(struct bw_watch *w, const struct bw_loaded *next)
{
	size_t longest;
	int r;

	r = bw_watch_formats_make(w, next->image, &w->next_formats, &w->n_next_formats, &longest);
	if (r == 0)
		r = bw_out_grow(&w->out, longest + BW_EVENT_MAX);
	if (r < 0)
		bw_log_error(r, "cannot print events: %s", strerror(-r));
	if (r == 0)
		r = bw_session_add(&w->session, next);
	if (r < 0)
		bw_watch_formats_free(&w->next_formats, &w->n_next_formats);
	return r;
}

void bw_watch_drop(struct bw_watch *w)
{
	bw_session_drop(&w->session);
	bw_watch_formats_free(&w->next_formats, &w->n_next_formats);
}

int bw_watch_read(struct bw_watch *w)
{
	return bw_session_read(&w->session);
}

int bw_watch_switch(struct bw_watch *w, int urgent_fd, int extra_fd)
{
	int r = bw_session_switch(&w->session);

	bw_watch_formats_free(&w->formats, &w->n_formats);
	w->formats = w->next_formats;
	w->n_formats = w->n_next_formats;
	w->next_formats = NULL;
	w->n_next_formats = 0;
	w->loaded = w->session.loaded;
	w->in_order = bw_watch_formats_have_order(w, w->loaded->image);
	w->session.urgent_fd = urgent_fd;
	w->session.extra_fd = extra_fd;
	return r;
}

/* What comes behind the last event. */
static void print_end(struct bw_watch *w)
{
	if (w->trace_pipe)
		bw_trace_pipe_read(w->trace_pipe, &w->out, true);
	print_maps(w);
	w->reported_losses = 0; /* the last record is that of all */
	print_new_losses(w);
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
	int r = w->command ? bw_command_release(w->command, w->signal_fd) : 0;

	if (r == 0)
		r = bw_session_run(&w->session);
	print_end(w);
	explain_output(w->out.error ? w->out.error : w->failed);
	return r;
}

/* BW_EXIT_* of ours as it is beside a command's status. */
static int status_beside(struct bw_command_run *command, int own)
{
	int status = bw_command_status(command);

	if (!command->was_executed)
		return status;
	if (own == BW_EXIT_OK)
		return status;
	return own == BW_EXIT_LOST ? BW_COMMAND_LOST : BW_COMMAND_FAILED;
}

int bw_watch_finish(struct bw_watch *w, int r, const char *summary)
{
	struct bw_losses losses = losses_of(w);
	const bool loss = w->session.lost + w->session.missed > 0 || w->unwatched;
	int own = loss && w->fail_on_loss ? BW_EXIT_LOST : BW_EXIT_OK;

	bw_losses_print_closing_line(&losses, summary, w->shown - losses.unwritten);
	if ((r < 0 && (r != -EPIPE || w->needs_reader)) || w->failed)
		own = BW_EXIT_FAILED;
	return w->command ? status_beside(w->command, own) : own;
}

void bw_watch_close(struct bw_watch *w)
{
	bw_session_close(&w->session);
	bw_watch_formats_free(&w->formats, &w->n_formats);
	bw_watch_formats_free(&w->next_formats, &w->n_next_formats);
	bw_order_free(&w->order);
	if (w->out_fd)
		close(w->out_fd);
	w->out_fd = 0;
	bw_out_free(&w->out);
}
