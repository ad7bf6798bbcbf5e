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

static void messages_of_what_is_tried_are_held_until_they_are_shown(void **state)
{
	struct bw_log_held held = {0};

	(void)state;
	capture();
	assert_null(bw_log_hold(&held));
	assert_int_equal(bw_log_error(-EPERM, "tried\x1b"), -EPERM);
	bw_log_hint("hint");
	bw_log_output("a\n\tb", 4);
	assert_ptr_equal(bw_log_hold(NULL), &held);
	bw_log_note("printed first");
	bw_log_show(&held);
	assert_string_equal(captured(), "printed first\nbccwatch: tried\\x1b\n  hint\na\n\tb\n");
	assert_int_equal(held.len, strlen(held.text));
	bw_log_free(&held);
	assert_null(held.text);
	assert_int_equal(held.len, 0);
}

static void notes_and_debug_messages_are_not_held(void **state)
{
	struct bw_log_held held = {0};

	(void)state;
	capture();
	bw_log_hold(&held);
	bw_log_note("note");
	bw_log_debug("hidden");
	bw_log_hold(NULL);
	assert_string_equal(captured(), "note\n");
	assert_int_equal(held.len, 0);
	capture();
	bw_log_show(&held);
	assert_string_equal(captured(), "");
}

static void under_verbose_messages_are_printed_in_place_of_being_held(void **state)
{
	struct bw_log_held held = {0};

	(void)state;
	capture();
	bw_log_hold(&held);
	bw_verbose = true;
	bw_log_error(0, "shown");
	bw_verbose = false;
	bw_log_hold(NULL);
	assert_string_equal(captured(), "bccwatch: shown\n");
	assert_int_equal(held.len, 0);
	bw_log_free(&held);
}

/* What is tried within something that is tried has messages of its own. */
static void one_that_holds_gives_way_to_another_and_comes_back(void **state)
{
	struct bw_log_held outer = {0}, inner = {0}, *before;

	(void)state;
	capture();
	bw_log_hold(&outer);
	before = bw_log_hold(&inner);
	assert_ptr_equal(before, &outer);
	bw_log_hint("inner");
	bw_log_hold(before);
	bw_log_hint("outer");
	bw_log_hold(NULL);
	assert_string_equal(captured(), "");
	assert_string_equal(inner.text, "  inner\n");
	assert_string_equal(outer.text, "  outer\n");
	bw_log_free(&inner);
	bw_log_free(&outer);
}

static void of_too_many_messages_whole_lines_are_held_up_to_a_bound(void **state)
{
	struct bw_log_held held = {0};

	(void)state;
	bw_log_hold(&held);
	for (int i = 0; i < 40000; i++)
		bw_log_hint("%050d", i);
	bw_log_hold(NULL);
	assert_in_range(held.len, (1 << 20) - 100, 1 << 20);
	assert_int_equal(held.len % 53, 0);
	assert_int_equal(held.text[held.len - 1], '\n');
	bw_log_free(&held);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(an_error_is_one_line_and_returns_its_number),
	cmocka_unit_test(debug_messages_are_shown_under_verbose_alone),
	cmocka_unit_test(a_message_that_is_too_long_is_cut_off),
	cmocka_unit_test(output_of_others_keeps_its_lines_and_tabs),
	cmocka_unit_test(output_with_lines_of_any_length_is_shown_whole),
	cmocka_unit_test(a_reader_of_stderr_that_hangs_holds_nothing_up),
	cmocka_unit_test(messages_of_what_is_tried_are_held_until_they_are_shown),
	cmocka_unit_test(notes_and_debug_messages_are_not_held),
	cmocka_unit_test(under_verbose_messages_are_printed_in_place_of_being_held),
	cmocka_unit_test(one_that_holds_gives_way_to_another_and_comes_back),
	cmocka_unit_test(of_too_many_messages_whole_lines_are_held_up_to_a_bound),
};

UNIT_MODULE("base/log", NULL, NULL);
