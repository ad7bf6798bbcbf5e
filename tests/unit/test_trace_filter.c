/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bpf_src/trace/event.h"
#include "cmd/trace_selection.h"
#include "tests/unit/opened_filter.h"
#include "tests/unit/trace_maps.h"

static struct bw_source source;

static int begin(void **state)
{
	source = (struct bw_source){0};
	return make_filter(state);
}

static int end(void **state)
{
	bw_source_free(&source);
	return free_filter(state);
}

static bool is_defined(const char *flag)
{
	for (size_t i = 0; i < source.n_flags; i++)
		if (strcmp(source.flags[i], flag) == 0)
			return true;
	return false;
}

/* Exactly these, but for LEARNS, which the machine decides on. */
static void assert_defined(const char *const *flags)
{
	size_t n = 0;

	assert_int_equal(bw_trace_filter_define(&filter, &source), 0);
	for (; flags[n]; n++)
		if (!is_defined(flags[n]))
			fail_msg("%s is not defined", flags[n]);
	assert_int_equal(source.n_flags, n + is_defined("-DLEARNS"));
}

#define DEFINED(...) assert_defined((const char *const[]){"-DFILE_EVENTS", __VA_ARGS__, NULL})

static void what_is_not_asked_for_is_not_compiled_in(void **state)
{
	(void)state;
	OPEN_FILTER("--fields", "pid,op");
	DEFINED("-DOPS=0x1");
}

static void each_filter_is_a_flag(void **state)
{
	(void)state;
	OPEN_FILTER("-p", "1", "-t", "1", "-u", "0", "-n", "x", "--mnt-ns", "1", "-x", "--errno", "EIO", "--writes",
		    "--not-pid", "1", "--not-uid", "1", "--not-comm", "x", "--cgroup", "x", "--ops", "open,read",
		    "--fields", "pid");
	DEFINED("-DOPS=0x5", "-DFILTER_PID", "-DFILTER_TID", "-DFILTER_UID", "-DFILTER_COMM", "-DFILTER_MNT_NS",
		"-DFILTER_FAILED", "-DFILTER_ERROR", "-DFILTER_WRITES", "-DFILTER_NOT_PID", "-DFILTER_NOT_UID",
		"-DFILTER_NOT_COMM", "-DFILTER_CGROUP");
}

static void what_is_compared_must_be_known(void **state)
{
	(void)state;
	OPEN_FILTER("--name", "x", "--path", "/x", "--min-latency", "1ms", "--min-bytes", "1", "--ops", "read",
		    "--all-files");
	DEFINED("-DOPS=0x4", "-DFILTER_NAME", "-DFILTER_PATH", "-DFILTER_LATENCY", "-DFILTER_BYTES", "-DNEEDS_PATH",
		"-DNEEDS_LATENCY", "-DALL_FILES");
}

static void json_needs_all(void **state)
{
	(void)state;
	OPEN_FILTER("--json");
	DEFINED("-DOPS=0x1", "-DNEEDS_PATH", "-DNEEDS_EXE", "-DNEEDS_LATENCY", "-DNEEDS_PROCESS");
}

static void the_default_line_needs_the_path_as_do_its_filters(void **state)
{
	static const char *const filters[] = {"--path", "--not-path", "--name"};

	(void)state;
	OPEN_FILTER("-T");
	DEFINED("-DOPS=0x1", "-DNEEDS_PATH");
	for (size_t i = 0; i < LENGTH(filters); i++) {
		end(state);
		begin(state);
		OPEN_FILTER(filters[i], i == 2 ? "proc" : "/proc", "--fields", "pid");
		assert_int_equal(bw_trace_filter_define(&filter, &source), 0);
		assert_true(is_defined("-DNEEDS_PATH"));
	}
}

static void only_what_is_printed_is_compiled_in(void **state)
{
	(void)state;
	OPEN_FILTER("--fields", "latency,exe");
	DEFINED("-DOPS=0x1", "-DNEEDS_EXE", "-DNEEDS_LATENCY");
	end(state);
	begin(state);
	OPEN_FILTER("--json", "--fields", "uid");
	DEFINED("-DOPS=0x1", "-DNEEDS_PROCESS");
}

static void paths_and_programs_are_learned(void **state)
{
	(void)state;
	OPEN_FILTER("/", "--exe", "/bin/sh", "--not-exe", "/bin/ls");
	DEFINED("-DOPS=0x1", "-DNEEDS_PATH", "-DFILTER_FILE", "-DFILTER_EXE", "-DFILTER_NOT_EXE");
	assert_true(is_defined("-DLEARNS"));
}

static void children_are_followed_in_place_of_the_one_process(void **state)
{
	const uint32_t pid = 12, other = 13;

	(void)state;
	OPEN_FILTER("-p", "12", "--children");
	DEFINED("-DOPS=0x1", "-DNEEDS_PATH", "-DFILTER_TREE");
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
	OPEN_FILTER("--", "true");
	DEFINED("-DOPS=0x1", "-DNEEDS_PATH", "-DFILTER_TREE");
	assert_int_equal(bw_trace_filter_size(&filter, &trace_maps.image), 0);
	trace_load();
	assert_int_equal(bw_trace_filter_start(&filter, &trace_maps.loaded), 0);
	assert_int_equal(trace_count("tree"), 0);
}

static void what_is_left_out_stands_in_maps_of_its_size(void **state)
{
	const uint32_t pids[] = {3, 4}, uid = 5;

	(void)state;
	OPEN_FILTER("--not-pid", "3", "--not-pid", "4", "--not-uid", "5", "--not-comm", "cat", "--not-comm", "ls",
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

static void readers_of_the_output_are_followed(void **state)
{
	const uint32_t pid = 12;

	(void)state;
	assert_int_equal(bw_trace_selection_add_number(&trace_options.readers, pid), 0);
	OPEN_FILTER("--fields", "pid");
	DEFINED("-DOPS=0x1", "-DFILTER_READERS");
	assert_int_equal(bw_trace_filter_size(&filter, &trace_maps.image), 0);
	trace_load();
	assert_int_equal(bw_trace_filter_start(&filter, &trace_maps.loaded), 0);
	assert_non_null(fake_value(fake_map(&trace_maps, "readers"), &pid));
	assert_int_equal(fake_map(&trace_maps, "readers")->max_entries, 16384);
}

static void a_glob_begins_and_ends_with_what_the_kernel_compares(void **state)
{
	static const char long_glob[] = "/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/*"
					"/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789";
	const struct glob_ends *ends;

	(void)state;
	OPEN_FILTER("--name", "*.pem", "--path", long_glob);
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
	struct stat st;

	(void)state;
	OPEN_FILTER("-x");
	assert_int_equal(bw_trace_filter_size(&filter, &trace_maps.image), 0);
	trace_load();
	assert_int_equal(bw_trace_filter_start(&filter, &trace_maps.loaded), 0);
	assert_int_equal(bw_trace_filter_learn(&filter), 0);
	values = (const struct filter *)fake_map(&trace_maps, "filter")->values;
	assert_int_equal(values->self, filter.learns ? 78 : getpid());
	assert_int_equal(stat("/proc/self/ns/mnt", &st), 0);
	assert_true(values->own_mnt_ns == st.st_ino);
}

#define WITH_MAPS(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	WITH_MAPS(what_is_not_asked_for_is_not_compiled_in),
	WITH_MAPS(each_filter_is_a_flag),
	WITH_MAPS(what_is_compared_must_be_known),
	WITH_MAPS(json_needs_all),
	WITH_MAPS(the_default_line_needs_the_path_as_do_its_filters),
	WITH_MAPS(only_what_is_printed_is_compiled_in),
	WITH_MAPS(paths_and_programs_are_learned),
	WITH_MAPS(children_are_followed_in_place_of_the_one_process),
	WITH_MAPS(a_command_is_followed_from_when_it_is_known),
	WITH_MAPS(what_is_left_out_stands_in_maps_of_its_size),
	WITH_MAPS(readers_of_the_output_are_followed),
	WITH_MAPS(a_glob_begins_and_ends_with_what_the_kernel_compares),
	WITH_MAPS(the_program_knows_whose_events_are_never_shown),
};

UNIT_MODULE("cmd/trace_filter", NULL, NULL);
