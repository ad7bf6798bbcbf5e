/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/trace_options.h"
#include "cmd/trace_values.h"
#include "tests/unit/capture.h"
#include "tests/unit/unit.h"

static const struct bw_command trace = {
	.name = "trace", .summary = "summary", .operands = "[PATH...]", .options = bw_trace_options_table};

static struct bw_trace_options options;
static const char *printed;

static int parse(const char *const *words)
{
	static char *argv[32];
	int argc = 1, r;

	memset(argv, 0, sizeof(argv));
	argv[0] = (char *)"trace";
	for (; *words; words++)
		argv[argc++] = (char *)*words;
	bw_trace_options_free(&options);
	options = (struct bw_trace_options)BW_TRACE_OPTIONS_DEFAULTS;
	capture();
	r = bw_trace_options_parse(&options, &trace, argc, argv);
	printed = captured();
	return r;
}

#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})

static int end(void **state)
{
	(void)state;
	bw_trace_options_free(&options);
	return 0;
}

static void without_options_the_names_given_to_opens_are_traced(void **state)
{
	(void)state;
	assert_int_equal(parse((const char *const[]){NULL}), 0);
	assert_false(bw_trace_options_wants_events(&options));
	assert_int_equal(options.ops, 1 << OP_OPEN);
	assert_int_equal(options.filters, 0);
	assert_null(options.common.command);
	assert_int_equal(PARSE("-p", "1", "-u", "0", "-n", "cat", "-T", "--via", "kprobe", "-d", "1", "-v"), 0);
	assert_false(bw_trace_options_wants_events(&options));
	assert_int_equal(options.via, BW_TRACE_KPROBE);
	bw_verbose = false;
}

static void whatever_else_is_asked_for_needs_file_events(void **state)
{
	static const char *const words[][3] = {
		{"/etc", NULL},
		{"--ops", "open", NULL},
		{"--fields", "pid", NULL},
		{"--json", NULL},
		{"--via", "fexit", NULL},
		{"-t", "1", NULL},
		{"-x", NULL},
		{"--not-pid", "1", NULL},
		{"--name", "x", NULL},
		{"-U", NULL},
		{"-e", NULL},
		{"-F", NULL},
		{"-f", "O_WRONLY", NULL},
		{"--max-events", "1", NULL},
		{"-o", "f", NULL},
		{"--", "true", NULL},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(words); i++) {
		assert_int_equal(parse(words[i]), 0);
		if (!bw_trace_options_wants_events(&options))
			fail_msg("%s needs no file events", words[i][0]);
	}
}

static void paths_stand_among_the_options_and_the_command_behind_dashes(void **state)
{
	(void)state;
	assert_int_equal(PARSE("/a", "--ops", "all", "b", "--", "make", "-j", "--", "x"), 0);
	assert_int_equal(options.paths.n, 2);
	assert_string_equal(options.paths.items[0], "/a");
	assert_string_equal(options.paths.items[1], "b");
	assert_string_equal(options.common.command[0], "make");
	assert_string_equal(options.common.command[1], "-j");
	assert_string_equal(options.common.command[2], "--");
	assert_string_equal(options.common.command[3], "x");
	assert_null(options.common.command[4]);
	assert_int_equal(PARSE("--not-comm", "--"), 0);
	assert_null(options.common.command);
	assert_string_equal(options.not_comms.items[0], "--");
	assert_int_equal(PARSE("/a", "--not-comm", "--", "--", "true"), 0);
	assert_string_equal(options.common.command[0], "true");
	assert_int_equal(options.paths.n, 1);
}

static void each_filter_has_its_value(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat("/proc/self/ns/mnt", &st), 0);
	assert_int_equal(PARSE("-p", "12", "--children", "-t", "13", "-u", "14", "-n", "cat", "--mnt-ns", "4026531840",
			       "-x", "--errno", "ENOENT", "--writes", "--ops", "read", "--min-latency", "10ms",
			       "--min-bytes", "4k"),
			 0);
	assert_int_equal(options.values.pid, 12);
	assert_true(options.children);
	assert_int_equal(options.values.tid, 13);
	assert_int_equal(options.values.uid, 14);
	assert_memory_equal(options.values.comm, "cat\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	assert_memory_equal(options.values.comm_mask, "\xff\xff\xff\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	assert_true(options.values.mnt_ns == 4026531840);
	assert_int_equal(options.values.error, ENOENT);
	assert_int_equal(options.values.min_latency, 10000000);
	assert_int_equal(options.values.min_bytes, 4096);
	assert_int_equal(options.ops, 1 << OP_READ);
	assert_int_equal(options.filters, (1 << (BW_BY_BYTES + 1)) - 1);
	assert_int_equal(PARSE("--name", "*.c", "--path", "/a/**", "--exe", "/bin/cat", "--container", "0123456789ab"),
			 0);
	assert_int_equal(options.filters, 1 << BW_BY_NAME | 1 << BW_BY_PATH);
	assert_string_equal(options.name, "*.c");
	assert_string_equal(options.path, "/a/**");
	assert_string_equal(options.exe, "/bin/cat");
	assert_string_equal(options.cgroups[BW_CGROUP_CONTAINER], "0123456789ab");
	assert_int_equal(PARSE("--unit", "a", "--container", "0123456789ab", "--cgroup", "/c"), 0);
	assert_string_equal(options.cgroups[BW_CGROUP_UNIT], "a");
	assert_string_equal(options.cgroups[BW_CGROUP_PATH], "/c");
}

static void a_mount_namespace_can_be_that_of_a_process(void **state)
{
	char value[32];
	struct stat st;

	(void)state;
	assert_int_equal(stat("/proc/self/ns/mnt", &st), 0);
	snprintf(value, sizeof(value), "pid:%d", getpid());
	assert_int_equal(PARSE("--mnt-ns", value), 0);
	assert_true(options.values.mnt_ns == st.st_ino);
}

static void what_is_left_out_can_be_given_again(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--not-pid", "1", "--not-pid", "2", "--not-uid", "0", "--not-comm", "cat", "--not-exe",
			       "/a", "--not-exe", "/b", "--not-path", "/proc", "--not-path", "**/x"),
			 0);
	assert_int_equal(options.not_pids.n, 2);
	assert_int_equal(options.not_pids.items[1], 2);
	assert_int_equal(options.not_uids.n, 1);
	assert_int_equal(options.not_comms.n, 1);
	assert_int_equal(options.not_exes.n, 2);
	assert_string_equal(options.not_exes.items[1], "/b");
	assert_int_equal(options.not_paths.n, 2);
	assert_string_equal(options.not_paths.items[0], "/proc");
}

static void fields_are_those_of_the_list_and_opensnoops_are_added(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--fields", "PID, op"), 0);
	assert_int_equal(options.fields.n, 2);
	assert_int_equal(options.fields.fields[1], BW_FIELD_OP);
	assert_int_equal(PARSE("-F", "-U", "-e"), 0);
	assert_int_equal(options.fields.n, 0);
	assert_int_equal(options.added.n, 4);
	assert_int_equal(options.added.fields[0], BW_FIELD_UID);
	assert_int_equal(options.added.fields[3], BW_FIELD_PATH);
	assert_int_equal(PARSE("-U", "--fields", "pid,uid"), 0);
	assert_int_equal(options.fields.n, 2);
	assert_int_equal(options.added.n, 0);
	assert_int_equal(PARSE("-U", "--json"), 0);
	assert_int_equal(options.added.n, 0);
}

static void fields_help_lists_the_fields(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--fields", "help"), -1);
	assert_non_null(strstr(printed, "\npath         the file's absolute path"));
	assert_non_null(strstr(printed, "\npid_ns       the PID namespace's inode number\n"));
}

static void ops_help_explains_the_operations(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--ops", "help"), -1);
	assert_non_null(strstr(printed, "\ndelete     unlink and rmdir\n"));
}

static void an_error_is_a_number_or_a_name_in_letters_of_either_case(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--errno", "2"), 0);
	assert_int_equal(options.values.error, ENOENT);
	assert_int_equal(PARSE("--errno", "eacces"), 0);
	assert_int_equal(options.values.error, EACCES);
	assert_int_equal(options.filters, 1 << BW_BY_ERROR);
}

static void an_open_passes_by_one_of_the_flags(void **state)
{
	(void)state;
	assert_int_equal(PARSE("-f", "O_WRONLY", "-f", "O_RDWR"), 0);
	assert_true(bw_trace_values_has_flag(options.flags, O_WRONLY | O_CREAT));
	assert_true(bw_trace_values_has_flag(options.flags, O_RDWR));
	assert_false(bw_trace_values_has_flag(options.flags, O_RDONLY | O_CREAT));
	assert_int_equal(PARSE("-f", "O_RDONLY"), 0);
	assert_true(bw_trace_values_has_flag(options.flags, O_APPEND));
	assert_false(bw_trace_values_has_flag(options.flags, O_WRONLY));
	assert_int_equal(PARSE("-f", "O_TMPFILE"), 0);
	assert_false(bw_trace_values_has_flag(options.flags, O_DIRECTORY));
	assert_true(bw_trace_values_has_flag(options.flags, O_TMPFILE | O_RDWR));
}

struct bad {
	const char *message;
	const char *words[6];
};

static const struct bad bad[] = {
	{"--ops nope: ", {"--ops", "nope"}},
	{"--fields nope: no such field", {"--fields", "pid,nope"}},
	{"--fields : no such field", {"--fields", "pid,"}},
	{"--pid 0: not a process number", {"-p", "0"}},
	{"--tid x: not a thread's number", {"-t", "x"}},
	{"--comm : a process name has 1 to 15 bytes", {"-n", ""}},
	{"--not-comm 1234567890123456: a process name", {"--not-comm", "1234567890123456"}},
	{"--not-pid x: not a process number", {"--not-pid", "x"}},
	{"--not-uid no such user: neither", {"--not-uid", "no such user"}},
	{"--name a/b: a name has no slash", {"--name", "a/b"}},
	{"--name [a: there is no ] for this [ (byte 1)", {"--name", "[a"}},
	{"--name : a pattern has at least one byte", {"--name", ""}},
	{"--path *.c: a whole path begins with / or **", {"--path", "*.c"}},
	{"--not-path proc: a whole path begins", {"--not-path", "proc"}},
	{"--path /a\\: there is nothing behind the backslash (byte 3)", {"--path", "/a\\"}},
	{"--errno 0: neither the name of an error nor its number", {"--errno", "0"}},
	{"--errno 300: neither", {"--errno", "300"}},
	{"--errno ENOPE: neither", {"--errno", "ENOPE"}},
	{"--min-latency 5: not a time with its unit", {"--min-latency", "5"}},
	{"--min-bytes 0: not a number of bytes", {"--min-bytes", "0"}},
	{"--min-bytes is for reads and writes", {"--min-bytes", "1"}},
	{"--mnt-ns 0: neither", {"--mnt-ns", "0"}},
	{"--mnt-ns pid:2147483647: there is no such process", {"--mnt-ns", "pid:2147483647"}},
	{"--flag-filter WRONLY: not a flag of open(2)", {"-f", "WRONLY"}},
	{"--flag-filter is for opens", {"-f", "O_WRONLY", "--ops", "delete"}},
	{"it can be given once", {"--unit", "a", "--unit", "b"}},
	{"--container b: not a container's id", {"--container", "b"}},
	{"--max-events 0: not a number from 1 on", {"--max-events", "0"}},
	{"--via fentry: it is one of fexit, kprobe, tracepoint, auto", {"--via", "fentry"}},
	{"--children needs --pid", {"--children"}},
	{"--pid and a command behind '--' exclude each other", {"-p", "1", "--", "true"}},
	{"--children is only for --pid", {"--children", "--", "true"}},
	{"--as-root is only for a command", {"--as-root"}},
	{"--via kprobe and --via tracepoint show only", {"--via", "tracepoint", "/etc"}},
	{"--via kprobe and --via tracepoint show only", {"--via", "kprobe", "-p", "1", "--children"}},
	{"there is no command behind '--'", {"--"}},
	{"cannot watch '': a path has 1 to 4095 bytes", {""}},
	{"--output : a file's name", {"-o", ""}},
};

/* The reason, and on the next line what to do. */
static void a_wrong_value_or_conflict_is_a_usage_error_with_its_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		const char *line;

		assert_int_equal(parse(bad[i].words), BW_EXIT_USAGE);
		line = strchr(printed, '\n');
		if (!strstr(printed, bad[i].message) || !line || strncmp(line, "\n  ", 3) != 0)
			fail_msg("'%s' is not in, or without a hint: %s", bad[i].message, printed);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(without_options_the_names_given_to_opens_are_traced),
	cmocka_unit_test(whatever_else_is_asked_for_needs_file_events),
	cmocka_unit_test(paths_stand_among_the_options_and_the_command_behind_dashes),
	cmocka_unit_test(each_filter_has_its_value),
	cmocka_unit_test(a_mount_namespace_can_be_that_of_a_process),
	cmocka_unit_test(what_is_left_out_can_be_given_again),
	cmocka_unit_test(fields_are_those_of_the_list_and_opensnoops_are_added),
	cmocka_unit_test(fields_help_lists_the_fields),
	cmocka_unit_test(ops_help_explains_the_operations),
	cmocka_unit_test(an_error_is_a_number_or_a_name_in_letters_of_either_case),
	cmocka_unit_test(an_open_passes_by_one_of_the_flags),
	cmocka_unit_test(a_wrong_value_or_conflict_is_a_usage_error_with_its_reason),
};

UNIT_MODULE("cmd/trace_options", NULL, end);
