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
#include "engine/session.h"

/* How the run shows events: a text a table. */
struct view {
	struct bw_out out;
	struct bw_text **texts; /* n */
	uint32_t n;
	const struct bw_watch *watch;
};

static void close_view(struct view *view)
{
	for (uint32_t i = 0; i < view->n; i++)
		bw_text_free(view->texts[i]);
	free(view->texts);
	bw_out_free(&view->out);
}

static int open_view(struct view *view, const struct bw_image *image, const struct bw_sentence *sentence)
{
	size_t longest = 0;

	view->texts = calloc(image->n_events + 1, sizeof(struct bw_text *));
	if (!view->texts)
		return -ENOMEM;
	for (; view->n < image->n_events; view->n++) {
		const struct bw_image_event *event = &image->events[view->n];
		int r = bw_text_new(&view->texts[view->n], &event->layout, sentence);
		size_t line;

		if (r < 0)
			return r;
		if (event->layout.n == 0)
			bw_note("The type of the events of '%s' is not known: their bytes are shown in hex (-v says "
				"why).",
				image->maps[event->map].name);
		line = bw_text_longest(view->texts[view->n], BW_EVENT_MAX);
		longest = line > longest ? line : longest;
	}
	return bw_out_init(&view->out, STDOUT_FILENO, longest + BW_EVENT_MAX);
}

static int on_ready(void *cookie)
{
	const struct view *view = cookie;

	return view->watch->ready(view->watch->cookie);
}

static void on_sample(void *cookie, uint32_t event, const void *data, size_t size)
{
	struct view *view = cookie;

	bw_text_line(view->texts[event], &view->out, data, size);
}

static int on_flush(void *cookie)
{
	return bw_out_flush(&((struct view *)cookie)->out);
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
	bw_note("%s%llu events shown, %llu lost%s.", before, (unsigned long long)(s->events - unwritten),
		(unsigned long long)s->lost, more);
}

/* Whose reader went away wanted no more; all else is a failure. */
static void explain_output(int error)
{
	if (error == -EINTR)
		bw_err(error, "can't write all events: the reader of stdout does not read");
	else if (error && error != -EPIPE)
		bw_err(error, "can't write all events: %s", strerror(-error));
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
		.ready = on_ready,
		.sample = on_sample,
		.flush = on_flush,
		.cookie = &view,
	};
	int r = open_view(&view, w->loaded->image, &w->sentence);

	view.out.is_over = is_over;
	view.out.cookie = &session;

	if (r == 0)
		r = bw_session_run(&session);
	explain_output(view.out.error);
	if (!session.started)
		return r;
	print_closing(w, &session, view.out.error == -EPIPE ? 0 : view.out.unwritten);
	if (r == -EPIPE && w->needs_reader)
		return bw_err(BW_EXIT_FAILED, "the reader of stdout has gone, and with it this ends");
	if (r < 0 && r != -EPIPE)
		return BW_EXIT_FAILED;
	return session.lost + session.missed > 0 && w->fail_on_loss ? BW_EXIT_LOST : BW_EXIT_OK;
}
