/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/watch while it runs: the order of events, and how a run ends. */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/signals.h"
#include "cmd/command_table.h"
#include "output/timestamp.h"
#include "process/command.h"
#include "tests/unit/capture.h"
#include "tests/unit/root.h"
#include "tests/unit/watched.h"

/* One event a read of the buffer: what and when, in ns before now; the last one ends the run. */
struct sent {
	uint64_t at;  /* when it is found, since the run began */
	uint64_t age; /* how long before it happened */
	uint32_t number;
};

#define MS 1000000

static const struct sent *sequence;

static unsigned n_sequence, n_sent;
static void (*before_event)(unsigned n);

static void read_sequence(struct fake_reader *r)
{
	struct event e = {.pid = 800};

	if (!watch.session.is_open || n_sent == n_sequence ||
	    bw_timestamp_now() < watch.session.began + sequence[n_sent].at)
		return;
	if (before_event)
		before_event(n_sent);
	e.ts = bw_timestamp_now() - sequence[n_sent].age;
	e.number = sequence[n_sent++].number;
	r->ring_sample(r->cookie, &e, sizeof(e));
	if (n_sent == n_sequence)
		raise(SIGTERM);
}

static const char *run_sequence(const struct sent *events_sent, unsigned n, int status)
{
	const char *text;
	int r;

	sequence = events_sent;
	n_sequence = n;
	n_sent = 0;
	watched_end_signals();
	fake_n_readers = 0;
	fake_reader_read = read_sequence;
	capture();
	r = bw_watch_open(&watch);
	if (r == 0)
		r = bw_watch_finish(&watch, bw_watch_run(&watch), "");
	bw_watch_close(&watch);
	before_event = NULL;
	text = captured();
	if (r != status)
		fail_msg("%d: %s", r, text);
	return text;
}

/* The numbers of the events in the order of their lines. */
static const char *numbers(const char *text)
{
	static char all[64];
	char *to = all;

	for (const char *at = text; (at = strstr(at, "NUMBER=")); at++)
		*to++ = at[strlen("NUMBER=")];
	*to = '\0';
	return all;
}

static void events_that_are_held_back_are_put_in_order_and_late_ones_are_counted(void **state)
{
	static const struct sent sent[] = {{600 * MS, 0, 2}, {0, 250 * MS, 1}, {0, 0, 3}},
				 late[] = {{250 * MS, 0, 2}, {0, 0, 3}, {900 * MS, 700 * MS, 1}};
	const char *text;

	(void)state;
	watch.hold_back = true;
	text = run_sequence(sent, 3, BW_EXIT_OK);
	assert_string_equal(numbers(text), "123");
	assert_non_null(strstr(text, "3 events shown, 0 lost.\n"));
	text = run_sequence(late, 3, BW_EXIT_OK);
	if (strcmp(numbers(text), "231") != 0)
		fail_msg("%s", text);
	assert_non_null(strstr(text, "3 events shown, 0 lost, 1 out of order.\n"));
}

static void lose(unsigned n)
{
	const uint64_t refused[] = {n, 0};

	fake_put(fake_map(&watched, "bccwatch_refused"), &(uint32_t){0}, refused);
}

static void losses_are_a_record_of_their_own_once_a_second_and_at_the_end(void **state)
{
	static const struct sent sent[] = {{0, 0, 1}, {500 * MS, 0, 2}, {1500 * MS, 0, 3}};
	const char *text;
	unsigned records = 0, lost = 0;

	(void)state;
	watch.json = true;
	before_event = lose;
	text = run_sequence(sent, 3, BW_EXIT_OK);
	for (const char *at = text; (at = strstr(at, "\"table\":\"\",\"lost\":")); at++) {
		lost += (unsigned)(at[strlen("\"table\":\"\",\"lost\":")] - '0');
		records++;
	}
	/* On a machine that is busy, the seconds end at other events. */
	if (lost != 3 || records < 2 || records > 3)
		fail_msg("%s", text);
}

static void lose_for_want_of_a_buffer(unsigned n)
{
	const uint64_t unbuffered[] = {n, 8};

	fake_put(fake_map(&watched, "bccwatch_refused"), &(uint32_t){BW_REFUSED_NO_BUFFER}, unbuffered);
}

static void events_on_a_cpu_without_a_buffer_are_reported_as_that(void **state)
{
	static const struct sent sent[] = {{0, 0, 1}, {1500 * MS, 0, 1}};
	const char *text;

	(void)state;
	before_event = lose_for_want_of_a_buffer;
	text = run_sequence(sent, 2, BW_EXIT_OK);
	if (!strstr(text, "Lost 8 events: CPUs without a buffer, which came online during the run.\n") ||
	    strstr(text, "--buffer-pages") ||
	    !strstr(text, "2 events shown, 9 lost, 9 of these on CPUs without a buffer.\n"))
		fail_msg("%s", text);
}

static void a_run_ends_when_so_many_events_were_shown(void **state)
{
	static const struct sent sent[] = {{0, 0, 1}, {0, 0, 2}, {0, 0, 3}};
	const char *text;

	(void)state;
	watch.max_events = 2;
	text = run_sequence(sent, 3, BW_EXIT_OK);
	assert_string_equal(numbers(text), "12");
	assert_non_null(strstr(text, "2 events shown, 0 lost.\n"));
}

static void assert_lines(const char *path, const char *wanted)
{
	static char text[4096];
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(numbers(text), wanted);
}

static void move_away(unsigned n)
{
	if (n == 1) {
		rename(below("/out"), below("/old"));
		raise(SIGHUP);
	}
}

/* The signal is read after the third event. */
static void events_go_to_a_file_which_sighup_opens_anew(void **state)
{
	static const struct sent sent[] = {{0, 0, 1}, {0, 0, 2}, {0, 0, 3}, {0, 0, 4}};
	const char *text;

	(void)state;
	make_root(state);
	watch.out_path = below("/out");
	before_event = move_away;
	text = run_sequence(sent, 4, BW_EXIT_OK);
	assert_string_equal(numbers(text), "");
	assert_lines(below("/old"), "123");
	assert_lines(below("/out"), "4");
	watch.out_path = below("/absent/out");
	assert_non_null(strstr(run_sequence(sent, 4, -ENOENT), "cannot write to"));
	signal(SIGHUP, SIG_DFL);
	remove_root(state);
}

static struct fake second;
static int hangups;

static void hang_up(unsigned n)
{
	if (n == 1)
		raise(SIGHUP);
}

/* Another program, whose lines end otherwise, takes over. */
static void replace(void *cookie)
{
	assert_ptr_equal(cookie, &second);
	hangups++;
	watch.sentence.trailer = " GENERATION=2";
	assert_int_equal(bw_watch_add(&watch, &second.loaded), 0);
	assert_int_equal(bw_watch_read(&watch), 0);
	assert_int_equal(bw_watch_switch(&watch, -1, -1), 0);
	assert_ptr_equal(watch.loaded, &second.loaded);
}

static void a_program_that_takes_over_has_lines_of_its_own(void **state)
{
	static const struct sent sent[] = {{0, 0, 1}, {0, 0, 2}, {0, 0, 3}, {0, 0, 4}, {0, 0, 5}, {0, 0, 6}};
	const char *text;

	(void)state;
	fake_load(&second, watched.image.maps, watched.image.n_maps, 2);
	second.image.events = watched_events;
	second.image.n_events = 1;
	second.loaded.plan = watched.loaded.plan;
	assert_int_equal(bw_signals_handle(watch.signal_fd, SIGHUP), 0);
	watch.hangup = replace;
	watch.cookie = &second;
	watch.sentence.trailer = " GENERATION=1";
	before_event = hang_up;
	text = run_sequence(sent, 6, BW_EXIT_OK);
	assert_string_equal(numbers(text), "123456");
	assert_int_equal(hangups, 1);
	assert_non_null(strstr(text, "NUMBER=1 GENERATION=1\n"));
	assert_non_null(strstr(text, "NUMBER=6 GENERATION=2\n"));
	assert_true(strstr(text, "GENERATION=2") > strstr(text, "NUMBER=2"));
	assert_non_null(strstr(text, "6 events shown, 0 lost.\n"));
	signal(SIGHUP, SIG_DFL);
	fake_unload(&second);
}

static int run_command(const char *name, const char *script)
{
	char *argv[] = {(char *)name, (char *)"-c", (char *)script, NULL};
	struct bw_command_run command = {.argv = argv};
	int r;

	watch.command = &command;
	fake_reader_read = NULL;
	capture();
	fake_n_readers = 0;
	r = bw_command_start(&command);
	if (r == 0)
		r = bw_watch_open(&watch);
	if (r == 0)
		r = bw_watch_finish(&watch, bw_watch_run(&watch), "");
	bw_watch_close(&watch);
	bw_command_close(&command);
	captured();
	return r;
}

static void a_run_ends_with_its_command_and_has_its_status(void **state)
{
	static const uint64_t refused[] = {4, 3};

	(void)state;
	assert_int_equal(run_command("sh", "sleep 0.1; exit 7"), 7);
	assert_int_equal(run_command("no-such-command", ""), BW_COMMAND_ABSENT);
	assert_int_equal(run_command("sh", "trap 'exit 8' TERM; kill -TERM $PPID; while :; do sleep 0.02; done"), 8);
	fake_put(fake_map(&watched, "bccwatch_refused"), &(uint32_t){0}, refused);
	assert_int_equal(run_command("sh", "exit 7"), 7);
	watch.fail_on_loss = true;
	assert_int_equal(run_command("sh", "exit 7"), BW_COMMAND_LOST);
	for (int i = 0; i < 3; i++)
		signal((int[]){SIGINT, SIGQUIT, SIGTERM}[i], SIG_DFL);
}

#define WATCHED(test) cmocka_unit_test_setup_teardown(test, watched_begin, watched_end)

static const struct CMUnitTest tests[] = {
	WATCHED(events_that_are_held_back_are_put_in_order_and_late_ones_are_counted),
	WATCHED(losses_are_a_record_of_their_own_once_a_second_and_at_the_end),
	WATCHED(events_on_a_cpu_without_a_buffer_are_reported_as_that),
	WATCHED(a_run_ends_when_so_many_events_were_shown),
	WATCHED(events_go_to_a_file_which_sighup_opens_anew),
	WATCHED(a_program_that_takes_over_has_lines_of_its_own),
	WATCHED(a_run_ends_with_its_command_and_has_its_status),
};

UNIT_MODULE("cmd/watch (runs)", NULL, NULL);
