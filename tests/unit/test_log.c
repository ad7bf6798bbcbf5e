/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "tests/unit/capture.h"
#include "tests/unit/unit.h"

static void an_error_is_one_line_and_returns_its_number(void **state)
{
	(void)state;
	capture();
	assert_int_equal(bw_log_error(-ENOENT, "no file '%s'", "a\nb\x1b[2J"), -ENOENT);
	bw_log_hint("look in %s", "/tmp");
	bw_log_note("Lost %d", 7);
	assert_string_equal(captured(), "bccwatch: no file 'a\\nb\\x1b[2J'\n  look in /tmp\nLost 7\n");
}

static void debug_messages_are_shown_under_verbose_alone(void **state)
{
	(void)state;
	capture();
	bw_log_debug("hidden");
	bw_verbose = true;
	bw_log_debug("shown");
	bw_verbose = false;
	assert_string_equal(captured(), "shown\n");
}

static void a_message_that_is_too_long_is_cut_off(void **state)
{
	char longer[6000];
	const char *text;

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	capture();
	bw_log_note("%s", longer);
	text = captured();
	assert_int_equal(strlen(text), 4096); /* 4,095 and the newline */
}

static void output_of_others_keeps_its_lines_and_tabs(void **state)
{
	(void)state;
	capture();
	bw_log_output("one\n\ttwo\x1b\n\nthree", 16);
	bw_log_output(NULL, 0);
	assert_string_equal(captured(), "one\n\ttwo\\x1b\n\nthree\n");
}

static void output_with_lines_of_any_length_is_shown_whole(void **state)
{
	static char longer[10002];
	const char *text;
	size_t shown = 0;

	(void)state;
	memset(longer, 'x', 10000);
	longer[10000] = '\n';
	capture();
	bw_log_output(longer, 10001);
	for (text = captured(); *text; text++)
		shown += *text == 'x';
	assert_int_equal(shown, 10000);
}

/* stderr is a pipe that nobody reads: a line is dropped after a second. */
static void a_reader_of_stderr_that_hangs_holds_nothing_up(void **state)
{
	int ends[2], saved = dup(2);
	time_t start = time(NULL);

	(void)state;
	fflush(stderr);
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	dup2(ends[1], 2);
	while (write(2, "0123456789", 10) > 0)
		;
	assert_int_equal(fcntl(2, F_SETFL, 0), 0); /* a write would wait for ever */
	alarm(20);
	bw_log_note("dropped");
	alarm(0);
	dup2(saved, 2);
	assert_true(time(NULL) - start < 10);
	close(saved);
	close(ends[0]);
	close(ends[1]);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(an_error_is_one_line_and_returns_its_number),
	cmocka_unit_test(debug_messages_are_shown_under_verbose_alone),
	cmocka_unit_test(a_message_that_is_too_long_is_cut_off),
	cmocka_unit_test(output_of_others_keeps_its_lines_and_tabs),
	cmocka_unit_test(output_with_lines_of_any_length_is_shown_whole),
	cmocka_unit_test(a_reader_of_stderr_that_hangs_holds_nothing_up),
};

UNIT_MODULE("base/log", NULL, NULL);
