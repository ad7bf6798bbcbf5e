/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/session.h"

#include <bcc/libbpf.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/signals.h"
#include "bpf_src/lib/counters.h"
#include "engine/submits.h"
#include "event/clock.h"

#define SECOND 1000000000ULL

/* How long a few events, which wake nobody, may wait: less at first, so that a run shows soon that it works. */
enum { TICK_MS = 100, FIRST_TICK_MS = 4 };

/* In a flood, how often a look is taken at whether to stop. */
enum { EVENTS_PER_LOOK = 1024 };

bool bw_session_is_over(const struct bw_session *s)
{
	return (s->end && bw_clock_now() >= s->end) || bw_signals_pending();
}

/*
 * libbcc reads a buffer until it is empty, which in a flood is never (showing an event may itself be one). Detaching
 * stops the flood, so the end comes.
 */
static void on_sample(void *cookie, uint32_t event, const void *data, size_t size)
{
	struct bw_session *s = cookie;

	if (!s->started)
		return; /* while not all hooks are attached; our own opens, for that, among them */
	if (++s->events % EVENTS_PER_LOOK == 0 && (bw_session_is_over(s) || s->flush(s->cookie) < 0))
		bw_detach(&s->attached);
	s->sample(s->cookie, event, data, size);
}

/*
 * What the buffers did not take is counted at each submit; the kernel's own word on it comes with a later event, and
 * counts the same, but for a source whose submits are not known.
 */
static void count_losses(struct bw_session *s)
{
	uint64_t told = bw_stream_lost(s->stream), refused = bw_loaded_sum(s->loaded, BW_REFUSED_TABLE, 0);
	struct bw_misses missed;

	s->lost = told > refused ? told : refused;
	if (s->counters) {
		s->lost += bw_loaded_sum(s->loaded, "counters", COUNTER_LOST);
		s->cut = bw_loaded_sum(s->loaded, "counters", COUNTER_CUT);
	}
	missed = bw_attached_missed(&s->attached);
	s->missed_returns = missed.returns;
	s->missed = bw_loaded_missed(s->loaded) + missed.calls + missed.returns;
}

static void report_misses(struct bw_session *s)
{
	uint64_t returns = s->missed_returns - s->told_returns, calls = s->missed - s->told_missed - returns;

	if (calls > 0)
		bw_note("Missed %llu calls: the kernel does not run a program upon another one on the same CPU.",
			(unsigned long long)calls);
	if (returns > 0)
		bw_note("Missed %llu returns: more calls were under way than the kernel follows to their returns "
			"(KRETFUNC_PROBE has no such limit).",
			(unsigned long long)returns);
	s->told_missed = s->missed;
	s->told_returns = s->missed_returns;
}

static void report_losses(struct bw_session *s)
{
	if (bw_clock_now() < s->next_report)
		return;
	s->next_report = bw_clock_now() + SECOND;
	count_losses(s);
	if (s->lost > s->reported)
		bw_note("Lost %llu events: they came faster than they could be shown (more --buffer-pages hold more).",
			(unsigned long long)(s->lost - s->reported));
	s->reported = s->lost;
	report_misses(s);
	s->second(s->cookie);
}

static int timeout_ms(const struct bw_session *s, unsigned patience)
{
	uint64_t t = bw_clock_now(), until = t + patience * (SECOND / 1000);

	if (s->end && s->end < until)
		until = s->end;
	if (s->next_tick && s->next_tick < until)
		until = s->next_tick;
	return until > t ? (int)((until - t) / (SECOND / 1000)) + 1 : 0;
}

static void tick(struct bw_session *s)
{
	if (s->next_tick == 0 || bw_clock_now() < s->next_tick)
		return;
	s->tick(s->cookie);
	s->next_tick += s->interval * SECOND;
	if (s->next_tick <= bw_clock_now()) /* it took longer than its interval */
		s->next_tick = bw_clock_now() + s->interval * SECOND;
}

/* SIGUSR1, or SIGCHLD of nobody; those that end the run are pending, and seen by bw_session_is_over. */
static int read_signal(struct bw_session *s)
{
	struct signalfd_siginfo info;

	if (bw_signals_pending())
		return 0;
	if (read(s->signal_fd, &info, sizeof(info)) < 0)
		return bw_err(-errno, "can't read signals: %s", strerror(errno));
	if (info.ssi_signo == SIGUSR1 && s->tick)
		s->tick(s->cookie);
	return 0;
}

static int loop(struct bw_session *s)
{
	struct pollfd fds[] = {
		{.fd = bw_stream_fd(s->stream), .events = POLLIN},
		{.fd = s->signal_fd, .events = POLLIN},
		{.fd = s->out_fd, .events = 0}, /* an error is always told: the reader has gone */
		{.fd = s->extra_fd, .events = POLLIN},
		{.fd = s->urgent_fd, .events = POLLPRI},
	};

	for (unsigned patience = FIRST_TICK_MS; !bw_session_is_over(s);
	     patience = patience < TICK_MS / 2 ? patience * 2 : TICK_MS) {
		int r;

		if (poll(fds, sizeof(fds) / sizeof(*fds), timeout_ms(s, patience)) < 0 && errno != EINTR)
			return bw_err(-errno, "can't wait for events: %s", strerror(errno));
		if (fds[4].revents & POLLPRI)
			s->urgent(s->cookie);
		bw_stream_read(s->stream);
		if (fds[3].revents & POLLIN)
			s->extra(s->cookie);
		tick(s);
		r = fds[1].revents & POLLIN ? read_signal(s) : 0;
		if (r == 0)
			r = s->flush(s->cookie);
		if (r < 0)
			return r;
		report_losses(s);
		if (fds[2].revents & (POLLERR | POLLHUP))
			return -EPIPE;
	}
	return 0;
}

static int open_all(struct bw_session *s)
{
	int r = bw_stream_open(&s->stream, s->loaded, s->pages, on_sample, s);

	if (r == 0)
		r = bw_attach(&s->attached, s->loaded);
	return r;
}

static int watch(struct bw_session *s)
{
	int r, flushed;

	bw_stream_read(s->stream);
	s->started = true;
	r = s->ready(s->cookie);
	if (r < 0) {
		s->started = false;
		return r;
	}
	s->next_report = bw_clock_now() + SECOND;
	s->end = s->seconds ? bw_clock_now() + s->seconds * SECOND : 0;
	s->next_tick = s->interval ? bw_clock_now() + s->interval * SECOND : 0;
	r = loop(s);
	bw_detach(&s->attached);
	bw_stream_read(s->stream);
	flushed = s->flush(s->cookie);
	count_losses(s);
	return r < 0 ? r : flushed;
}

int bw_session_run(struct bw_session *session)
{
	int r = open_all(session);

	if (r == 0)
		r = watch(session);
	bw_detach(&session->attached);
	bw_stream_close(session->stream);
	session->stream = NULL;
	return r;
}
