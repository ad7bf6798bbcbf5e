/* SPDX-License-Identifier: Apache-2.0 */
#include "program/session.h"

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
#include "output/timestamp.h"

#define SECOND 1000000000ULL

/* How long a few events, which wake nobody, may wait: less at first, so that a run shows soon that it works. */
enum { TICK_MS = 100, FIRST_TICK_MS = 4 };

/* How often the CPUs are looked at: events on a new one are lost until then. */
#define LOOK (SECOND / 2)

/* In a flood, how often a look is taken at whether to stop. */
enum { EVENTS_PER_LOOK = 1024 };

bool bw_session_is_over(const struct bw_session *s)
{
	return s->stop || (s->end && bw_timestamp_now() >= s->end) || bw_signals_pending() ||
	       (s->ended && s->ended(s->cookie));
}

/* Of pinned programs it is kept how many events were passed on: a process that is killed before that loses them. */
static int flush(struct bw_session *s)
{
	const struct bw_session_keeper *keeper = s->keeper;
	int r = s->flush(s->cookie);

	if (!keeper || r < 0 || keeper->kept->printed == keeper->kept->read)
		return r;
	keeper->kept->printed = keeper->kept->read;
	keeper->printed(keeper->cookie);
	return 0;
}

/* Pinned programs stay attached: what they send is left to the next process. */
static void stop_flood(struct bw_session *s)
{
	if (s->keeper)
		bw_buffers_pause(s->buffers);
	else
		bw_attached_free(&s->attached);
}

/*
 * libbcc reads a buffer until it is empty, which in a flood is never (showing an event may itself be one). Detaching
 * stops the flood, so the end comes.
 */
static void receive(void *cookie, uint32_t event, const void *data, size_t size)
{
	struct bw_session *s = cookie;

	if (!s->is_open)
		return; /* while not all hooks are attached; our own opens, for that, among them */
	if (++s->events % EVENTS_PER_LOOK == 0 && (bw_session_is_over(s) || flush(s) < 0))
		stop_flood(s);
	if (s->keeper)
		s->keeper->kept->read++;
	s->sample(s->cookie, event, data, size);
}

/*
 * What the buffers did not take is counted at each submit; the kernel reports it with a later event, and counts the
 * same, but for a source whose submits are not known.
 */
static void count_losses(struct bw_session *s)
{
	uint64_t reported = bw_buffers_lost(s->buffers);
	uint64_t refused = bw_loaded_sum(s->loaded, BW_REFUSED_TABLE, BW_REFUSED_FULL);
	uint64_t unbuffered = bw_loaded_sum(s->loaded, BW_REFUSED_TABLE, BW_REFUSED_NO_BUFFER);
	struct bw_attached_misses missed;

	s->unbuffered = s->before.unbuffered + unbuffered;
	s->lost = s->before.lost + (reported > refused ? reported : refused) + unbuffered;
	if (s->counters) {
		s->crowded = s->before.crowded + bw_loaded_sum(s->loaded, "counters", COUNTER_LOST);
		s->lost += s->crowded - s->before.crowded;
		s->cut = s->before.cut + bw_loaded_sum(s->loaded, "counters", COUNTER_CUT);
	}
	missed = bw_attached_missed(&s->attached);
	s->missed_returns = s->before.missed_returns + missed.returns;
	s->missed = s->before.missed + bw_loaded_missed(s->loaded) + missed.calls + missed.returns;
}

static void report_misses(struct bw_session *s)
{
	uint64_t returns = s->missed_returns - s->reported_returns, calls = s->missed - s->reported_missed - returns;

	if (calls > 0)
		bw_log_note("Skipped by the kernel: %llu calls, since a program was already running on that CPU.",
			    (unsigned long long)calls);
	if (returns > 0)
		bw_log_note("Skipped by the kernel: %llu returns, of more calls at a time than a return probe follows "
			    "(KRETFUNC_PROBE has no such limit).",
			    (unsigned long long)returns);
	s->reported_missed = s->missed;
	s->reported_returns = s->missed_returns;
}

static void report_losses(struct bw_session *s)
{
	uint64_t unbuffered = s->unbuffered - s->reported_unbuffered, crowded = s->crowded - s->reported_crowded;
	uint64_t full = s->lost - s->reported - unbuffered - crowded;
	const char *why = s->keeper ? "no process read them in time"
				    : "they came faster than they could be shown (more --buffer-pages hold more)";

	if (unbuffered > 0)
		bw_log_note("Lost %llu events: CPUs without a buffer, which came online during the run.",
			    (unsigned long long)unbuffered);
	if (crowded > 0)
		bw_log_note("Lost %llu events: more calls were under way at a time than the program has room for.",
			    (unsigned long long)crowded);
	if (full > 0)
		bw_log_note("Lost %llu events: %s.", (unsigned long long)full, why);
	if (s->cut > s->reported_cut)
		bw_log_note("Cut off: %llu names and paths that are too long to be shown whole.",
			    (unsigned long long)(s->cut - s->reported_cut));
	s->reported = s->lost;
	s->reported_unbuffered = s->unbuffered;
	s->reported_crowded = s->crowded;
	s->reported_cut = s->cut;
	report_misses(s);
}

/* The next process goes on from here. */
static void keep(struct bw_session *s)
{
	struct bw_session_kept *kept = s->keeper ? s->keeper->kept : NULL;

	if (!kept)
		return;
	kept->lost = s->lost - s->before.lost;
	kept->crowded = s->crowded - s->before.crowded;
	kept->cut = s->cut - s->before.cut;
}

/* What was counted up to the end of the process before is not this one's; events that it read, but did not print, are.
 */
static void go_on(struct bw_session *s)
{
	const struct bw_session_kept *kept = s->keeper->kept;

	s->before.lost = kept->read - kept->printed - kept->lost;
	s->before.crowded = -kept->crowded;
	s->before.cut = -kept->cut;
}

static void attend(struct bw_session *s)
{
	uint64_t t = bw_timestamp_now();

	if (t >= s->next_look) {
		s->next_look = t + LOOK;
		bw_buffers_follow_cpus(s->buffers);
	}
	if (t < s->next_report)
		return;
	s->next_report = t + SECOND;
	count_losses(s);
	report_losses(s);
	keep(s);
	if (s->second)
		s->second(s->cookie);
}

static int timeout_ms(const struct bw_session *s, unsigned patience)
{
	uint64_t t = bw_timestamp_now(), until = t + patience * (SECOND / 1000);

	if (s->end && s->end < until)
		until = s->end;
	if (s->next_tick && s->next_tick < until)
		until = s->next_tick;
	if (s->due && s->due < until)
		until = s->due;
	return until > t ? (int)((until - t) / (SECOND / 1000)) + 1 : 0;
}

static void tick(struct bw_session *s)
{
	if (s->next_tick == 0 || bw_timestamp_now() < s->next_tick)
		return;
	s->tick(s->cookie);
	s->next_tick += s->interval;
	if (s->next_tick <= bw_timestamp_now()) /* it took longer than its interval */
		s->next_tick = bw_timestamp_now() + s->interval;
}

/*
 * SIGUSR1, SIGHUP, or SIGCHLD, unless `ended` has taken it; those that end the run are pending, and seen by
 * bw_session_is_over.
 */
static int read_signal(struct bw_session *s)
{
	struct pollfd fd = {.fd = s->signal_fd, .events = POLLIN};
	struct signalfd_siginfo info;

	if (bw_signals_pending() || poll(&fd, 1, 0) <= 0)
		return 0;
	if (read(s->signal_fd, &info, sizeof(info)) < 0)
		return bw_log_error(-errno, "cannot read signals: %s", strerror(errno));
	if (info.ssi_signo == SIGUSR1 && s->tick)
		s->tick(s->cookie);
	if (info.ssi_signo == SIGHUP && s->hangup)
		s->hangup(s->cookie);
	return 0;
}

/* All that is there; the buffers of all CPUs were read to where they were at its beginning. */
static void read_buffers(struct bw_session *s)
{
	uint64_t began = bw_timestamp_now();

	bw_buffers_read(s->buffers);
	s->complete = began;
}

int bw_session_read(struct bw_session *s)
{
	read_buffers(s);
	return flush(s);
}

/* What is waited for: anew each time, since bw_session_switch and hangup change it. */
static int wait_for(struct bw_session *s, unsigned patience, short events[5])
{
	struct pollfd fds[] = {
		{.fd = bw_buffers_fd(s->buffers), .events = POLLIN},
		{.fd = s->signal_fd, .events = POLLIN},
		{.fd = s->out_fd, .events = 0}, /* an error is always reported: the reader has gone */
		{.fd = s->extra_fd, .events = POLLIN},
		{.fd = s->urgent_fd, .events = POLLPRI},
	};
	int n = (int)(sizeof(fds) / sizeof(*fds));

	if (poll(fds, (nfds_t)n, timeout_ms(s, patience)) < 0 && errno != EINTR)
		return bw_log_error(-errno, "cannot wait for events: %s", strerror(errno));
	for (int i = 0; i < n; i++)
		events[i] = fds[i].revents;
	return 0;
}

static int loop(struct bw_session *s)
{
	for (unsigned patience = FIRST_TICK_MS; !bw_session_is_over(s);
	     patience = patience < TICK_MS / 2 ? patience * 2 : TICK_MS) {
		short events[5] = {0};
		int r = wait_for(s, patience, events);

		if (r < 0)
			return r;
		if (events[4] & POLLPRI)
			s->urgent(s->cookie);
		read_buffers(s);
		if (events[3] & POLLIN)
			s->extra(s->cookie);
		tick(s);
		r = events[1] & POLLIN ? read_signal(s) : 0;
		if (r == 0)
			r = flush(s);
		if (r < 0)
			return r;
		attend(s);
		if (events[2] & (POLLERR | POLLHUP))
			return -EPIPE;
	}
	return 0;
}

int bw_session_open(struct bw_session *s)
{
	int r = bw_buffers_open(&s->buffers, "", s->loaded, s->pages, receive, s);

	if (r == 0)
		r = bw_attach(&s->attached, s->loaded);
	if (r < 0)
		return r;
	if (s->keeper)
		go_on(s);
	else
		bw_buffers_read(s->buffers);
	s->began = bw_timestamp_now();
	s->is_open = true;
	return 0;
}

int bw_session_run(struct bw_session *s)
{
	int r, flushed;

	s->next_report = bw_timestamp_now() + SECOND;
	s->next_look = bw_timestamp_now();
	s->end = s->duration ? bw_timestamp_now() + s->duration : 0;
	s->next_tick = s->interval ? bw_timestamp_now() + s->interval : 0;
	r = loop(s);
	bw_attached_free(&s->attached);
	bw_buffers_read(s->buffers);
	s->complete = UINT64_MAX;
	flushed = flush(s);
	count_losses(s);
	keep(s);
	return r < 0 ? r : flushed;
}

int bw_session_add(struct bw_session *s, const struct bw_loaded *next)
{
	int r = bw_buffers_open(&s->next_buffers, "", next, s->pages, receive, s);

	s->next = next;
	if (r == 0)
		r = bw_attach(&s->next_attached, next);
	if (r < 0)
		bw_session_drop(s);
	return r;
}

void bw_session_drop(struct bw_session *s)
{
	bw_attached_free(&s->next_attached);
	bw_buffers_close(s->next_buffers);
	s->next_buffers = NULL;
	s->next = NULL;
}

/* What the programs that go have counted; pinned ones share it with those that come. */
static void add_up(struct bw_session *s)
{
	s->before.missed = s->missed;
	s->before.missed_returns = s->missed_returns;
	if (s->keeper)
		return;
	s->before.lost = s->lost;
	s->before.unbuffered = s->unbuffered;
	s->before.crowded = s->crowded;
	s->before.cut = s->cut;
}

int bw_session_switch(struct bw_session *s)
{
	int flushed;

	bw_attached_free(&s->attached);
	read_buffers(s);
	s->complete = UINT64_MAX;
	flushed = flush(s);
	count_losses(s);
	add_up(s);
	bw_buffers_close(s->buffers);
	s->loaded = s->next;
	s->buffers = s->next_buffers;
	s->attached = s->next_attached;
	s->next = NULL;
	s->next_buffers = NULL;
	s->next_attached = (struct bw_attached){0};
	return flushed;
}

void bw_session_close(struct bw_session *session)
{
	bw_session_drop(session);
	bw_attached_free(&session->attached);
	bw_buffers_close(session->buffers);
	session->buffers = NULL;
	session->is_open = false;
}
