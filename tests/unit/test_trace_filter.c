/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bpf_src/trace/event.h"
#include "cmd/trace_filter.h"
#include "tests/unit/capture.h"
#include "tests/unit/trace_maps.h"

static struct bw_trace_filter filter;
static struct bw_source source;

static int begin(void **state)
{
	filter = (struct bw_trace_filter){.options = &trace_options};
	source = (struct bw_source){0};
	return make_trace_maps(state);
}

static int end(void **state)
{
	bw_trace_filter_close(&filter);
	bw_source_free(&source);
	return free_trace_maps(state);
}

#define OPEN(...)                                                   \
	do {                                                        \
		TRACE_PARSE(__VA_ARGS__);                           \
		assert_int_equal(bw_trace_filter_open(&filter), 0); \
	} while (0)

static bool is_defined(const char *flag)
{
	for (size_t i = 0; i < source.n_flags; i++)
		if (strcmp(source.flags[i], flag) == 0)
			return true;
	return false;
}

/* Exactly these, but for PREEMPTIBLE and LEARNS, which the machine decides on. */
static void assert_defined(const char *const *flags)
{
	size_t n = 0;

	assert_int_equal(bw_trace_filter_define(&filter, &source), 0);
	for (; flags[n]; n++)
		if (!is_defined(flags[n]))
			fail_msg("%s is not defined", flags[n]);
	assert_int_equal(source.n_flags, n + is_defined("-DPREEMPTIBLE") + is_defined("-DLEARNS"));
}

#define DEFINED(...) assert_defined((const char *const[]){"-DFILE_EVENTS", __VA_ARGS__, NULL})

static void what_is_not_asked_for_is_not_compiled_in(void **state)
{
	(void)state;
	OPEN("-T");
	DEFINED("-DOPS=0x1");
}

static void each_filter_is_a_flag(void **state)
{
	(void)state;
	OPEN("-p", "1", "-t", "1", "-u", "0", "-n", "x", "--mnt-ns", "1", "-x", "--errno", "EIO", "--writes",
	     "--not-pid", "1", "--not-uid", "1", "--not-comm", "x", "--cgroup", "x", "--ops", "open,read");
	DEFINED("-DOPS=0x5", "-DFILTER_PID", "-DFILTER_TID", "-DFILTER_UID", "-DFILTER_COMM", "-DFILTER_MNT_NS",
		"-DFILTER_FAILED", "-DFILTER_ERROR", "-DFILTER_WRITES", "-DFILTER_NOT_PID", "-DFILTER_NOT_UID",
		"-DFILTER_NOT_COMM", "-DFILTER_CGROUP");
}

static void what_is_compared_must_be_known(void **state)
{
	(void)state;
	OPEN("--name", "x", "--path", "/x", "--min-latency", "1ms", "--min-bytes", "1", "--ops", "read", "--all-files");
	DEFINED("-DOPS=0x4", "-DFILTER_NAME", "-DFILTER_PATH", "-DFILTER_LATENCY", "-DFILTER_BYTES", "-DNEEDS_PATH",
		"-DNEEDS_LATENCY", "-DALL_FILES");
}

static void json_needs_all(void **state)
{
	(void)state;
	OPEN("--json");
	DEFINED("-DOPS=0x1", "-DNEEDS_PATH", "-DNEEDS_EXE", "-DNEEDS_LATENCY", "-DNEEDS_PROCESS");
}

static void not_path_needs_the_path(void **state)
{
	(void)state;
	OPEN("--not-path", "/proc");
	DEFINED("-DOPS=0x1", "-DNEEDS_PATH");
}

static void paths_and_programs_are_learned(void **state)
{
	(void)state;
	OPEN("/", "--exe", "/bin/sh", "--not-exe", "/bin/ls");
	DEFINED("-DOPS=0x1", "-DFILTER_FILE", "-DFILTER_EXE", "-DFILTER_NOT_EXE");
	assert_true(is_defined("-DLEARNS"));
}

static void children_are_followed_in_place_of_the_one_process(void **state)
{
	const uint32_t pid = 12, other = 13;

	(void)state;
	OPEN("-p", "12", "--children");
	DEFINED("-DOPS=0x1", "-DFILTER_TREE");
	assert_int_equal(bw_trace_filter_size(&filter, &trace_maps.image), 0);
	trace_load();
	assert_int_equal(bw_trace_filter_start(&filter, &trace_maps.loaded), 0);
	assert_non_null(fake_value(fake_map(&trace_maps, "tree"), &pid));
	assert_int_equal(trace_count("tree"), 1);
	assert_int_equal(bw_trace_filter_follow(&filter, other), 0);
	assert_non_null(fake_value(fake_map(&trace_maps, "tree"), &other));
}

static void a_command_is_followed_from_when_it_is_known(void **state)
{
	(void)state;
	OPEN("--", "true");
	DEFINED("-DOPS=0x1", "-DFILTER_TREE");
	assert_int_equal(bw_trace_filter_size(&filter, &trace_maps.image), 0);
	trace_load();
	assert_int_equal(bw_trace_filter_start(&filter, &trace_maps.loaded), 0);
	assert_int_equal(trace_count("tree"), 0);
}

static void what_is_left_out_stands_in_maps_of_its_size(void **state)
{
	const uint32_t pids[] = {3, 4}, uid = 5;

	(void)state;
	OPEN("--not-pid", "3", "--not-pid", "4", "--not-uid", "5", "--not-comm", "cat", "--not-comm", "ls",
	     "--not-comm", "sh");
	assert_int_equal(bw_trace_filter_size(&filter, &trace_maps.image), 0);
	trace_load();
	assert_int_equal(bw_trace_filter_start(&filter, &trace_maps.loaded), 0);
	assert_non_null(fake_value(fake_map(&trace_maps, "not_pids"), &pids[0]));
	assert_non_null(fake_value(fake_map(&trace_maps, "not_pids"), &pids[1]));
	assert_non_null(fake_value(fake_map(&trace_maps, "not_uids"), &uid));
	assert_non_null(fake_value(fake_map(&trace_maps, "not_comms"), "cat\0\0\0\0\0\0\0\0\0\0\0\0"));
	assert_int_equal(trace_count("not_comms"), 3);
	assert_int_equal(fake_map(&trace_maps, "not_comms")->max_entries, 3);
	assert_int_equal(fake_map(&trace_maps, "not_pids")->max_entries, 2);
}

static void a_glob_begins_and_ends_with_what_the_kernel_compares(void **state)
{
	static const char long_glob[] = "/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/*"
					"/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789";
	const struct glob_ends *ends;

	(void)state;
	OPEN("--name", "*.pem", "--path", long_glob);
	assert_int_equal(bw_trace_filter_size(&filter, &trace_maps.image), 0);
	trace_load();
	assert_int_equal(bw_trace_filter_start(&filter, &trace_maps.loaded), 0);
	ends = &((const struct filter *)fake_map(&trace_maps, "filter")->values)->name;
	assert_int_equal(ends->prefix_len, 0);
	assert_int_equal(ends->suffix_len, 4);
	assert_memory_equal(ends->suffix + GLOB_BYTES - 4, ".pem", 4);
	assert_int_equal(ends->suffix[GLOB_BYTES - 5], 0);
	ends = &((const struct filter *)fake_map(&trace_maps, "filter")->values)->path;
	assert_int_equal(ends->prefix_len, GLOB_BYTES);
	assert_memory_equal(ends->prefix, long_glob, GLOB_BYTES);
	assert_int_equal(ends->suffix_len, GLOB_BYTES);
	assert_memory_equal(ends->suffix, long_glob + strlen(long_glob) - GLOB_BYTES, GLOB_BYTES);
}

static void the_program_knows_whose_events_are_never_shown(void **state)
{
	const struct filter *values;

	(void)state;
	OPEN("-x");
	assert_int_equal(bw_trace_filter_size(&filter, &trace_maps.image), 0);
	trace_load();
	assert_int_equal(bw_trace_filter_start(&filter, &trace_maps.loaded), 0);
	assert_int_equal(bw_trace_filter_learn(&filter), 0);
	values = (const struct filter *)fake_map(&trace_maps, "filter")->values;
	assert_int_equal(values->self, filter.learns ? 78 : getpid());
}

static struct bw_trace_filter_text text(const char *s)
{
	return (struct bw_trace_filter_text){s, s ? strlen(s) : 0};
}

static bool wants(const char *path, const char *to)
{
	const struct bw_trace_filter_event e = {
		.op = to ? OP_RENAME : OP_OPEN, .filename = text("given"), .path = text(path), .to = text(to)};

	return bw_trace_filter_wants(&filter, &e);
}

static void without_globs_all_are_shown(void **state)
{
	(void)state;
	OPEN("-x");
	assert_true(wants("/a/b", NULL));
	assert_true(wants(NULL, NULL));
}

static void name_is_the_last_component_of_either_path(void **state)
{
	(void)state;
	OPEN("--name", "*.pem");
	assert_true(wants("/a/b.pem", NULL));
	assert_false(wants("/a.pem/b", NULL));
	assert_true(wants("/a/b", "/c/d.pem"));
	assert_true(wants("/c/d.pem", "/a/b"));
	assert_false(wants("/a/b", "/a/c"));
	assert_false(wants(NULL, NULL));
}

static void name_is_of_the_name_as_given_where_the_path_is_not_known(void **state)
{
	(void)state;
	OPEN("--name", "given");
	assert_true(wants(NULL, NULL));
}

static void path_is_the_whole_of_either_path(void **state)
{
	(void)state;
	OPEN("--path", "/var/log/**/*.log");
	assert_true(wants("/var/log/a.log", NULL));
	assert_true(wants("/var/log/a/b.log", NULL));
	assert_false(wants("/var/a.log", NULL));
	assert_true(wants("/var/a.log", "/var/log/b.log"));
	assert_false(wants(NULL, NULL));
}

static void the_text_of_a_symlink_is_no_path(void **state)
{
	struct bw_trace_filter_event e = {
		.op = OP_LINK, .has_flags = true, .flags = LINK_SYMBOLIC, .path = text("/a"), .to = text("/b")};

	(void)state;
	OPEN("--path", "/b");
	assert_false(bw_trace_filter_wants(&filter, &e));
	e.flags = LINK_HARD;
	assert_true(bw_trace_filter_wants(&filter, &e));
}

static void what_is_beneath_a_path_that_is_left_out_is_left_out(void **state)
{
	(void)state;
	OPEN("--not-path", "/proc/", "--not-path", "**/*.tmp");
	assert_false(wants("/proc", NULL));
	assert_false(wants("/proc/1/maps", NULL));
	assert_true(wants("/process", NULL));
	assert_true(wants("/a/proc/b", NULL));
	assert_false(wants("/a/b.tmp", NULL));
	assert_true(wants("/a/b.tmp/c", NULL));
	assert_true(wants(NULL, NULL));
	assert_true(wants("/a/b.tmp", "/a/b"));
	assert_true(wants("/a/b", "/a/b.tmp"));
	assert_false(wants("/a/b.tmp", "/a/c.tmp"));
}

static void the_root_left_out_leaves_all_out(void **state)
{
	(void)state;
	OPEN("--not-path", "/");
	assert_false(wants("/a", NULL));
	assert_false(wants("/", NULL));
}

static void a_flag_is_of_opens_alone(void **state)
{
	struct bw_trace_filter_event e = {.op = OP_OPEN, .has_flags = true, .flags = O_WRONLY | O_CREAT};

	(void)state;
	OPEN("-f", "O_WRONLY", "--ops", "all");
	assert_true(bw_trace_filter_wants(&filter, &e));
	e.flags = O_RDONLY;
	assert_false(bw_trace_filter_wants(&filter, &e));
	e.flags = O_WRONLY;
	e.has_flags = false;
	assert_false(bw_trace_filter_wants(&filter, &e));
	e.has_flags = true;
	e.op = OP_RENAME;
	assert_false(bw_trace_filter_wants(&filter, &e));
}

#define WITH_MAPS(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	WITH_MAPS(what_is_not_asked_for_is_not_compiled_in),
	WITH_MAPS(each_filter_is_a_flag),
	WITH_MAPS(what_is_compared_must_be_known),
	WITH_MAPS(json_needs_all),
	WITH_MAPS(not_path_needs_the_path),
	WITH_MAPS(paths_and_programs_are_learned),
	WITH_MAPS(children_are_followed_in_place_of_the_one_process),
	WITH_MAPS(a_command_is_followed_from_when_it_is_known),
	WITH_MAPS(what_is_left_out_stands_in_maps_of_its_size),
	WITH_MAPS(a_glob_begins_and_ends_with_what_the_kernel_compares),
	WITH_MAPS(the_program_knows_whose_events_are_never_shown),
	WITH_MAPS(without_globs_all_are_shown),
	WITH_MAPS(name_is_the_last_component_of_either_path),
	WITH_MAPS(name_is_of_the_name_as_given_where_the_path_is_not_known),
	WITH_MAPS(path_is_the_whole_of_either_path),
	WITH_MAPS(the_text_of_a_symlink_is_no_path),
	WITH_MAPS(what_is_beneath_a_path_that_is_left_out_is_left_out),
	WITH_MAPS(the_root_left_out_leaves_all_out),
	WITH_MAPS(a_flag_is_of_opens_alone),
};

UNIT_MODULE("cmd/trace_filter", NULL, NULL);
