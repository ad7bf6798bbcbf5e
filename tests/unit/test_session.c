/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/signals.h"
#include "bpf_src/lib/counters.h"
#include "output/timestamp.h"
#include "program/probe.h"
#include "program/session.h"
#include "tests/unit/capture.h"
#include "tests/unit/fake_bpf.h"
#include "tests/unit/opened_session.h"
#include "tests/unit/urgent.h"

/* Opens, runs and closes. */
static int run_session(void)
{
	int r = opened_session_open();

	if (r == 0 && s.when_open)
		s.when_open();
	if (r == 0) {
		r = bw_session_run(&s.session);
		assert_int_equal(fcntl(s.hook, F_GETFD), -1); /* detached before it is closed */
	}
	bw_session_close(&s.session);
	assert_false(s.session.is_open);
	return r;
}

static void on_tick(void *cookie)
{
	(void)cookie;
	s.ticks++;
	raise(SIGTERM);
}

static void a_run_ends_after_its_duration(void **state)
{
	uint64_t start = bw_timestamp_now(), took;

	(void)state;
	s.session.duration = 200000000;
	assert_int_equal(run_session(), 0);
	took = bw_timestamp_now() - start;
	assert_in_range(took, 200000000, 5000000000);
	assert_int_equal(s.opened, 1);
	assert_true(s.flushes > 1);
}

static void a_signal_ends_a_run_with_success(void **state)
{
	(void)state;
	s.session.extra_fd = eventfd(1, 0); /* is readable: on_extra sends the signal */
	assert_int_equal(run_session(), 0);
	assert_int_equal(s.extras, 1);
	close(s.session.extra_fd);
}

static void a_run_ends_when_the_reader_of_its_output_goes(void **state)
{
	(void)state;
	close(s.readers[1]);
	s.readers[1] = -1;
	assert_int_equal(run_session(), -EPIPE);
}

static void a_session_that_is_closed_before_it_runs_shows_nothing(void **state)
{
	(void)state;
	s.per_read = 1;
	assert_int_equal(opened_session_open(), 0);
	bw_session_close(&s.session);
	assert_int_equal(s.session.events, 0);
	assert_int_equal(s.samples, 0);
	assert_int_equal(s.flushes, 0);
}

static void a_flush_that_fails_ends_the_run(void **state)
{
	(void)state;
	s.flush_result = -ENOSPC;
	assert_int_equal(run_session(), -ENOSPC);
}

static void every_sample_is_passed_on_and_counted_also_those_of_the_end(void **state)
{
	(void)state;
	s.per_read = 3;
	s.session.extra_fd = eventfd(1, 0);
	assert_int_equal(run_session(), 0);
	assert_int_equal(s.samples, 6); /* one look while it runs, one after its end */
	assert_int_equal(s.session.events, 6);
	close(s.session.extra_fd);
}

static void samples_from_before_the_run_began_are_dropped(void **state)
{
	(void)state;
	s.per_read = 3;
	raise(SIGTERM);
	assert_int_equal(run_session(), 0);
	assert_int_equal(s.samples, 3); /* those after its end alone */
	assert_int_equal(s.session.events, 3);
}

static void sigusr1_is_a_tick(void **state)
{
	(void)state;
	s.session.tick = on_tick; /* which ends the run */
	raise(SIGUSR1);
	assert_int_equal(run_session(), 0);
	assert_int_equal(s.ticks, 1);
}

static void each_interval_is_a_tick(void **state)
{
	uint64_t start = bw_timestamp_now();

	(void)state;
	s.session.tick = on_tick;
	s.session.interval = 300000000;
	assert_int_equal(run_session(), 0);
	assert_int_equal(s.ticks, 1);
	assert_in_range(bw_timestamp_now() - start, 300000000, 5000000000);
}

static void losses_are_counted_once_whoever_reports_them(void **state)
{
	(void)state;
	s.when_open = opened_session_lose;
	raise(SIGTERM);
	assert_int_equal(run_session(), 0);
	assert_int_equal(s.session.lost, 7); /* refused submits; the kernel's 5 are among them */
	assert_int_equal(s.session.cut, 0);  /* the source has no such counters */
	s.session.counters = true;
	fake_n_readers = 0;
	raise(SIGTERM);
	assert_int_equal(run_session(), 0);
	assert_int_equal(s.session.lost, 7 + 11);
	assert_int_equal(s.session.cut, 2);
}

static void losses_are_reported_while_the_run_goes_on(void **state)
{
	const char *text;

	(void)state;
	s.when_open = opened_session_lose;
	s.end_signal = SIGTERM; /* by on_second */
	capture();
	assert_int_equal(run_session(), 0);
	text = captured();
	assert_non_null(strstr(text, "Lost 7 events"));
	assert_null(strstr(strstr(text, "Lost 7 events") + 1, "Lost"));
	assert_int_equal(s.seconds, 1);
}

static int flood_signal, flood_flush;

/* In the middle of a flood the run is to end; by its end nothing is attached that could bring more. */
static void flood(struct fake_reader *r)
{
	char data[8] = "";

	for (unsigned i = 0; s.session.is_open && r == &fake_readers[0] && s.samples < 5000; i++) {
		if (i == 100) {
			raise(flood_signal);
			s.flush_result = flood_flush;
		}
		if (i == 1000)
			assert_true(fcntl(s.hook, F_GETFD) >= 0);
		if (i == 2000)
			assert_int_equal(fcntl(s.hook, F_GETFD), -1);
		r->sample(r->cookie, data, sizeof(data));
	}
}

static void a_signal_in_a_flood_of_events_detaches_the_hooks(void **state)
{
	(void)state;
	fake_reader_read = flood;
	flood_signal = SIGTERM;
	flood_flush = 0;
	assert_int_equal(run_session(), 0);
	assert_int_equal(s.samples, 5000);
}

static void a_flush_that_fails_in_a_flood_detaches_the_hooks(void **state)
{
	(void)state;
	fake_reader_read = flood;
	flood_signal = SIGUSR1; /* which ends nothing */
	flood_flush = -EPIPE;
	assert_int_equal(run_session(), -EPIPE);
	assert_int_equal(s.samples, 5000);
}

static void on_urgent(void *cookie)
{
	(void)cookie;
	s.urgents++;
	raise(SIGTERM);
}

/* A socket with out-of-band data has POLLPRI, as the list of mounts has when it changed. */
static void an_urgent_descriptor_is_attended_to(void **state)
{
	(void)state;
	s.session.urgent_fd = urgent_descriptor();
	s.session.urgent = on_urgent;
	assert_int_equal(run_session(), 0);
	assert_int_equal(s.urgents, 1);
	close(s.session.urgent_fd);
}

static void a_hook_that_cannot_be_attached_ends_the_run_before_it_begins(void **state)
{
	(void)state;
	opened_binding.kind = &broken_hook;
	assert_int_equal(run_session(), -EACCES);
	opened_binding.kind = &fake_hook;
	assert_int_equal(s.opened, 0);
	s.hook = -1;
}

#define RUN(test) cmocka_unit_test_setup_teardown(test, opened_session_begin, opened_session_end)

static const struct CMUnitTest tests[] = {
	RUN(a_run_ends_after_its_duration),
	RUN(a_signal_ends_a_run_with_success),
	RUN(a_run_ends_when_the_reader_of_its_output_goes),
	RUN(a_session_that_is_closed_before_it_runs_shows_nothing),
	RUN(a_flush_that_fails_ends_the_run),
	RUN(every_sample_is_passed_on_and_counted_also_those_of_the_end),
	RUN(samples_from_before_the_run_began_are_dropped),
	RUN(sigusr1_is_a_tick),
	RUN(each_interval_is_a_tick),
	RUN(losses_are_counted_once_whoever_reports_them),
	RUN(losses_are_reported_while_the_run_goes_on),
	RUN(a_signal_in_a_flood_of_events_detaches_the_hooks),
	RUN(a_flush_that_fails_in_a_flood_detaches_the_hooks),
	RUN(an_urgent_descriptor_is_attended_to),
	RUN(a_hook_that_cannot_be_attached_ends_the_run_before_it_begins),
};

UNIT_MODULE("program/session", NULL, NULL);
