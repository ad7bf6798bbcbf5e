/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/command_table.h"
#include "cmd/probe_list.h"
#include "tests/unit/capture.h"
#include "tests/unit/root.h"

static int begin(void **state)
{
	make_root(state);
	put("/sys/bus/event_source/devices/kprobe/type", "8\n");
	put("/sys/kernel/tracing/events/enable", "");
	put("/sys/kernel/tracing/available_events", "sched:sched_switch\nx:y\n");
	put("/sys/kernel/tracing/available_filter_functions", "vfs_open\nvfs_read\ndo_exit\n");
	put("/proc/kallsyms", "1 T vfs_open\n2 T vfs_read\n3 T do_exit\n");
	return 0;
}

/* What is printed on stdout and stderr; *status: what is returned. */
static const char *list(const char *pattern, bool count, bool json, int *status)
{
	capture();
	*status = bw_probe_list_print(root, NULL, pattern, count, json);
	return captured();
}

static void what_matches_the_pattern_is_listed_with_its_kind(void **state)
{
	const char *text;
	int status;

	(void)state;
	text = list("vfs_*", false, false, &status);
	assert_int_equal(status, BW_EXIT_OK);
	assert_non_null(strstr(text, "kprobe:vfs_open\nkprobe:vfs_read\n"));
	assert_null(strstr(text, "do_exit"));
	assert_null(strstr(text, "sched"));
}

static void a_prefix_names_the_one_kind_that_is_listed(void **state)
{
	const char *text;
	int status;

	(void)state;
	text = list("tracepoint:*", false, false, &status);
	assert_int_equal(status, BW_EXIT_OK);
	assert_non_null(strstr(text, "tracepoint:sched:sched_switch\ntracepoint:x:y\n"));
	assert_null(strstr(text, "kprobe:"));
	text = list("kretprobe:do_exit", false, false, &status);
	assert_non_null(strstr(text, "kprobe:do_exit\n"));
	assert_null(strstr(text, "tracepoint:"));
}

static void json_has_an_object_for_each(void **state)
{
	int status;

	(void)state;
	assert_non_null(
		strstr(list("tracepoint:x:y", false, true, &status), "{\"kind\":\"tracepoint\",\"name\":\"x:y\"}\n"));
}

static void the_number_of_each_kind_is_counted(void **state)
{
	int status;

	(void)state;
	assert_non_null(strstr(list("kprobe:*", true, false, &status), "kprobe 3\n"));
	assert_int_equal(status, BW_EXIT_OK);
	assert_non_null(strstr(list("tracepoint:*", true, true, &status), "{\"kind\":\"tracepoint\",\"count\":2}\n"));
}

static void where_nothing_matches_the_command_fails(void **state)
{
	int status;

	(void)state;
	list("kprobe:none*", false, false, &status);
	assert_int_equal(status, BW_EXIT_FAILED);
}

static void a_list_that_cannot_be_read_is_reported(void **state)
{
	int status;

	(void)state;
	assert_non_null(strstr(list("lsm:*", false, false, &status), "no BTF"));
	assert_int_equal(status, BW_EXIT_FAILED);
}

static void only_what_btf_lists_is_missing_for_want_of_btf(void **state)
{
	const char *text;
	int status;

	(void)state;
	remove_file("/sys/kernel/tracing/available_events");
	text = list("tracepoint:*", false, false, &status);
	assert_non_null(strstr(text, "cannot list 'tracepoint': No such file or directory"));
	assert_null(strstr(text, "BTF"));
	assert_int_equal(status, BW_EXIT_FAILED);
	remove_file("/sys/kernel/tracing/available_filter_functions");
	remove_file("/proc/kallsyms");
	text = list("kprobe:*", false, false, &status);
	assert_non_null(strstr(text, "cannot list 'kprobe': No such file or directory"));
	assert_null(strstr(text, "BTF"));
}

static void tracepoints_without_tracefs_are_reported(void **state)
{
	int status;

	(void)state;
	assert_non_null(strstr(list("tracepoint:*", false, false, &status), "tracefs is not mounted"));
	assert_int_equal(status, BW_EXIT_FAILED);
}

#define LISTED(test) cmocka_unit_test_setup_teardown(test, begin, remove_root)

static const struct CMUnitTest tests[] = {
	LISTED(what_matches_the_pattern_is_listed_with_its_kind),
	LISTED(a_prefix_names_the_one_kind_that_is_listed),
	LISTED(json_has_an_object_for_each),
	LISTED(the_number_of_each_kind_is_counted),
	LISTED(where_nothing_matches_the_command_fails),
	LISTED(a_list_that_cannot_be_read_is_reported),
	LISTED(only_what_btf_lists_is_missing_for_want_of_btf),
	IN_ROOT(tracepoints_without_tracefs_are_reported),
};

UNIT_MODULE("cmd/probe_list", NULL, NULL);
