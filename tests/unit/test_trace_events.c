/* SPDX-License-Identifier: Apache-2.0 */
/* What ends a run before a program is compiled; the rest needs a kernel. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/signals.h"
#include "cmd/command_table.h"
#include "cmd/trace_events.h"
#include "process/command.h"
#include "tests/unit/capture.h"
#include "tests/unit/trace_maps.h"

static int signal_fd;

static int begin(void **state)
{
	signal_fd = bw_signals_open();
	return signal_fd < 0 ? -1 : make_trace_maps(state);
}

static int end(void **state)
{
	close(signal_fd);
	return free_trace_maps(state);
}

/* The reason is reported, and the descriptors stay as they are. */
static int run(const char *reason)
{
	int first = fcntl(STDIN_FILENO, F_GETFD), r;
	const char *text;

	capture();
	r = bw_trace_events_run(&trace_options, signal_fd);
	text = captured();
	if (!strstr(text, reason))
		fail_msg("'%s' is not in: %s", reason, text);
	assert_int_equal(fcntl(STDIN_FILENO, F_GETFD), first);
	return r;
}

static void a_path_in_no_directory_ends_it(void **state)
{
	(void)state;
	TRACE_PARSE("/nowhere/at/all");
	assert_int_equal(run("cannot watch '/nowhere/at/all'"), BW_EXIT_FAILED);
}

static void before_the_command_is_started_a_failure_is_bccwatch_s(void **state)
{
	(void)state;
	TRACE_PARSE("/nowhere/at/all", "--", "true");
	assert_int_equal(run("cannot watch '/nowhere/at/all'"), BW_COMMAND_FAILED);
}

#define WITH_MAPS(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	WITH_MAPS(a_path_in_no_directory_ends_it),
	WITH_MAPS(before_the_command_is_started_a_failure_is_bccwatch_s),
};

UNIT_MODULE("cmd/trace_events", NULL, NULL);
