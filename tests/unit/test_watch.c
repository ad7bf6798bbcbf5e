/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/signals.h"
#include "cmd/command_table.h"
#include "cmd/watch.h"
#include "output/timestamp.h"
#include "tests/unit/capture.h"
#include "tests/unit/fake_bpf.h"
#include "tests/unit/fake_hook.h"
#include "tests/unit/watched.h"

static bool have_times;
static uint64_t times[2];

/* Ends the run as soon as it begins: what comes is what is in the buffers then. */
static void end_at_once(void)
{
	raise(SIGTERM);
	if (have_times) {
		times[1] = bw_timestamp_now();
		times[0] = times[1] + 1;
	}
}

/* One event in each buffer, once the run has begun. */
static void read_one(struct fake_reader *r)
{
	unsigned i = (unsigned)(r - fake_readers);
	struct event e = {.ts = times[i], .pid = 800 + i, .number = i};
	sigset_t pending;

	sigpending(&pending);
	if (sigismember(&pending, SIGTERM))
		r->ring_sample(r->cookie, &e, sizeof(e));
}

static int begin(void **state)
{
	watched_begin(state);
	fake_reader_read = read_one;
	times[0] = times[1] = 0;
	return 0;
}

/* BW_EXIT_*; or -errno, if it could not be opened. */
static int watch_all(const char *summary)
{
	int r = bw_watch_open(&watch);

	if (r == 0) {
		end_at_once();
		r = bw_watch_finish(&watch, bw_watch_run(&watch), summary);
	}
	bw_watch_close(&watch);
	return r;
}

/* What is printed on stdout and stderr. */
static const char *run(const char *summary, int status)
{
	const char *text;
	int r;

	capture();
	r = watch_all(summary);
	text = captured();
	if (r != status)
		fail_msg("%d: %s", r, text);
	return text;
}

static void an_event_is_a_line_and_the_last_line_counts_them(void **state)
{
	const char *text = run("", BW_EXIT_OK);

	(void)state;
	assert_string_equal(text + BW_TIMESTAMP_LEN, " PID=800 NUMBER=0\n1 events shown, 0 lost.\n");
}

static void an_event_is_an_object_in_json(void **state)
{
	const char *text;

	(void)state;
	watch.json = true;
	text = run("", BW_EXIT_OK);
	assert_non_null(strstr(text, "\"table\":\"events\",\"event\":{\"ts\":0,\"pid\":800,\"number\":0}}\n"));
	assert_null(strstr(text, "lost\":"));
}

static void lines_have_the_name_of_their_table_if_it_is_asked_for(void **state)
{
	(void)state;
	watch.named = true;
	assert_non_null(strstr(run("", BW_EXIT_OK), " events PID=800 NUMBER=0\n"));
}

static void losses_are_in_the_last_line_and_in_the_exit_code_if_it_is_asked_for(void **state)
{
	static const uint64_t refused[] = {4, 3};

	(void)state;
	fake_put(fake_map(&watched, "bccwatch_refused"), &(uint32_t){0}, refused);
	assert_non_null(strstr(run("", BW_EXIT_OK), "1 events shown, 7 lost.\n"));
	fake_n_readers = 0;
	watch.fail_on_loss = true;
	watch.json = true;
	assert_non_null(strstr(run("", BW_EXIT_LOST),
			       "\"lost\":7,\"missed\":0,\"cut\":0,\"unbuffered\":0,\"out_of_order\":0}\n"));
}

static void the_table_events_has_file_events_if_it_is_known(void **state)
{
	static const uint64_t refused[] = {4, 3};
	struct bw_file_event_options options = {.fields = {.n = 1, .fields = {BW_FIELD_PID}}};
	const char *text;

	(void)state;
	watch.file_events = &options;
	assert_string_equal(run("", BW_EXIT_OK) + BW_TIMESTAMP_LEN, " PID=800\n1 events shown, 0 lost.\n");
	fake_n_readers = 0;
	fake_put(fake_map(&watched, "bccwatch_refused"), &(uint32_t){0}, refused);
	watch.json = true;
	text = run("", BW_EXIT_OK);
	assert_non_null(strstr(text, "\"table\":\"events\",\"version\":1,\"event\":{\"pid\":800}}\n"));
	text = strstr(text, "\"table\":\"\",\"version\":1,\"lost\":7,\"missed\":0,\"cut\":0,\"unbuffered\":0,\"out_of_"
			    "order\":0}\n");
	assert_non_null(text);
	assert_null(strstr(strchr(text, '\n'), "\"lost\""));
	/* Another table has not. */
	fake_n_readers = 0;
	watch.json = false;
	watched_events[0].map = 1;
	text = run("", BW_EXIT_OK);
	watched_events[0].map = 0;
	assert_non_null(strstr(text, " PID=800 NUMBER=0\n"));
}

static bool is_none(void *cookie, const struct bw_file_sample *sample)
{
	(void)cookie;
	(void)sample;
	return false;
}

static void file_events_that_are_not_wanted_are_not_counted(void **state)
{
	const struct bw_file_event_options options = {.wanted = is_none};

	(void)state;
	watch.file_events = &options;
	assert_string_equal(run("", BW_EXIT_OK), "0 events shown, 0 lost.\n");
}

static void events_of_several_tables_are_shown_in_the_order_of_their_times(void **state)
{
	const char *text, *first, *second;

	(void)state;
	watched.image.n_events = 2;
	have_times = true;
	watch.named = true;
	text = run("", BW_EXIT_OK);
	have_times = false;
	first = strstr(text, " others PID=801");
	second = strstr(text, " events PID=800");
	if (!first || !second || first > second)
		fail_msg("%s", text);
	assert_non_null(strstr(text, "2 events shown"));
}

static void an_event_of_an_unknown_type_is_announced_and_shown_as_bytes(void **state)
{
	const char *text;

	(void)state;
	watched_events[0].layout = (struct bw_layout){0};
	text = run("", BW_EXIT_OK);
	watched_events[0].layout = (struct bw_layout){watched_fields, 3, 16};
	assert_non_null(strstr(text, "The type of the events of 'events' is not known"));
	assert_non_null(strstr(text, " REST=0x00000000000000002003000000000000\n"));
}

static void a_hook_that_cannot_be_attached_is_passed_on_without_a_last_line(void **state)
{
	static struct bw_plan_binding binding = {
		.function = (char *)"f", .kind = &broken_hook, .target = (char *)"t", .created = -1};
	static const struct bw_plan plan = {.bindings = &binding, .n = 1};
	struct bw_image_program program = {.name = "f"};
	int fd = -1;

	(void)state;
	watched.image.programs = &program;
	watched.image.n_programs = 1;
	watched.loaded.plan = &plan;
	watched.loaded.programs = &fd;
	assert_string_equal(run("", -EACCES), "");
}

static void a_watch_that_is_closed_before_it_runs_prints_nothing(void **state)
{
	(void)state;
	end_at_once();
	capture();
	assert_int_equal(bw_watch_open(&watch), 0);
	bw_watch_close(&watch);
	assert_string_equal(captured(), "");
}

static void the_command_begins_the_last_line(void **state)
{
	(void)state;
	assert_non_null(
		strstr(run("3 accesses denied. ", BW_EXIT_OK), "\n3 accesses denied. 1 events shown, 0 lost.\n"));
}

static void a_reader_that_has_gone_is_a_failure_where_it_is_needed(void **state)
{
	int ends[2], saved, r;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	fflush(stdout);
	for (int i = 0; i < 2; i++) {
		capture();
		saved = dup(1);
		dup2(ends[1], 1);
		fake_n_readers = 0;
		watch.needs_reader = i == 1;
		r = watch_all("");
		dup2(saved, 1);
		close(saved);
		captured();
		assert_int_equal(r, i ? BW_EXIT_FAILED : BW_EXIT_OK);
	}
	close(ends[1]);
}

#define WATCHED(test) cmocka_unit_test_setup_teardown(test, begin, watched_end)

static const struct CMUnitTest tests[] = {
	WATCHED(an_event_is_a_line_and_the_last_line_counts_them),
	WATCHED(an_event_is_an_object_in_json),
	WATCHED(the_table_events_has_file_events_if_it_is_known),
	WATCHED(file_events_that_are_not_wanted_are_not_counted),
	WATCHED(lines_have_the_name_of_their_table_if_it_is_asked_for),
	WATCHED(losses_are_in_the_last_line_and_in_the_exit_code_if_it_is_asked_for),
	WATCHED(events_of_several_tables_are_shown_in_the_order_of_their_times),
	WATCHED(an_event_of_an_unknown_type_is_announced_and_shown_as_bytes),
	WATCHED(a_hook_that_cannot_be_attached_is_passed_on_without_a_last_line),
	WATCHED(a_watch_that_is_closed_before_it_runs_prints_nothing),
	WATCHED(the_command_begins_the_last_line),
	WATCHED(a_reader_that_has_gone_is_a_failure_where_it_is_needed),
};

UNIT_MODULE("cmd/watch", NULL, NULL);
