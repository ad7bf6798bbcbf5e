/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/signals.h"
#include "cmd/trace_targets.h"
#include "tests/unit/capture.h"
#include "tests/unit/root.h"
#include "tests/unit/trace_maps.h"

static struct bw_trace_targets targets;
static struct filter filter;

static int begin(void **state)
{
	filter = (struct filter){0};
	targets = (struct bw_trace_targets){.options = &trace_options, .filter = &filter};
	make_trace_maps(state);
	trace_opener = &targets.opener.sandbox.pid;
	return make_root(state);
}

static int end(void **state)
{
	bw_trace_targets_free(&targets);
	free_trace_maps(state);
	return remove_root(state);
}

/* As trace does it. */
static int start(void)
{
	int r = bw_trace_targets_check(&targets);

	if (r < 0)
		return r;
	assert_int_equal(bw_trace_targets_size(&targets, &trace_maps.image), 0);
	trace_load();
	return bw_trace_targets_start(&targets, &trace_maps.loaded);
}

static void a_file_is_itself_and_its_place(void **state)
{
	(void)state;
	put("/a/file", "");
	put("/a/other", "");
	TRACE_PARSE(below("/a/file"));
	assert_int_equal(start(), 0);
	assert_true(trace_has("files", below("/a/file")));
	assert_true(trace_has_name(below("/a"), "file"));
	assert_int_equal(trace_count("files"), 1);
	assert_int_equal(trace_count("names"), 1);
	assert_int_equal(trace_count("dirs"), 1); /* what comes to that place may be a directory */
	assert_int_equal(trace_access("dirs", below("/a")), HOLDS_WATCHED_NAME);
}

static void a_directory_is_itself_and_its_device(void **state)
{
	struct stat st;
	uint32_t dev;

	(void)state;
	put("/a/file", "");
	TRACE_PARSE(below("/a"));
	assert_int_equal(start(), 0);
	assert_true(trace_has("dirs", below("/a")));
	assert_int_equal(stat(below("/a"), &st), 0);
	dev = (uint32_t)st.st_dev;
	assert_non_null(fake_value(fake_map(&trace_maps, "devices"), &dev));
	assert_int_equal(trace_access("dirs", below("/a")), WATCHED);
	assert_int_equal(trace_access("dirs", below("")), HOLDS_WATCHED_NAME);
	assert_int_equal(trace_count("dirs"), 2);
	assert_true(trace_has_name(below(""), "a"));
	assert_int_equal(trace_count("names"), 1);
	assert_int_equal(trace_count("files"), 0);
}

static void a_directory_that_is_watched_stays_so_where_a_name_in_it_is(void **state)
{
	(void)state;
	put("/a/b/file", "");
	TRACE_PARSE(below("/a"), below("/a/b"), below("/a/none"));
	assert_int_equal(start(), 0);
	assert_true(trace_access("dirs", below("/a")) & WATCHED);
	assert_true(trace_access("dirs", below("/a/b")) & WATCHED);
}

static void the_other_names_of_files_beneath_are_watched(void **state)
{
	(void)state;
	put("/a/b/file", "");
	put("/a/b/other", "");
	put("/c/x", "");
	assert_int_equal(link(below("/a/b/file"), below("/c/name")), 0);
	assert_int_equal(symlink("../c/x", below("/a/link")), 0);
	TRACE_PARSE(below("/a"));
	assert_int_equal(start(), 0);
	assert_true(trace_has("files", below("/c/name")));
	assert_int_equal(trace_count("files"), 1);
}

static void what_is_watched_has_the_paths_that_lead_there(void **state)
{
	(void)state;
	put("/a/file", "");
	assert_int_equal(symlink("a", below("/link")), 0);
	TRACE_PARSE(below("/link/file"), below("/link/none"));
	assert_int_equal(start(), 0);
	assert_int_equal(targets.n_real_paths, 2);
	assert_string_equal(targets.real_paths[0], below("/a/file"));
	assert_string_equal(targets.real_paths[1], below("/a/none"));
}

static void what_is_not_there_yet_is_its_place(void **state)
{
	char expected[4096];
	int r;

	(void)state;
	put("/a/other", "");
	TRACE_PARSE(below("/a/file"), below("/a/dir/"));
	capture();
	r = start();
	snprintf(expected, sizeof(expected),
		 "'%s' does not exist yet: it is waited for in its directory '%s/'.\n"
		 "'%s/' does not exist yet: it is waited for in its directory '%s/'.\n",
		 below("/a/file"), below("/a"), below("/a/dir"), below("/a"));
	assert_string_equal(captured(), expected);
	assert_int_equal(r, 0);
	assert_true(trace_has_name(below("/a"), "file"));
	assert_true(trace_has_name(below("/a"), "dir"));
	assert_int_equal(trace_count("names"), 2);
	assert_int_equal(trace_count("files"), 0);
}

static void a_command_that_is_given_as_a_path_is_recognised(void **state)
{
	static const char hint[] = "  to trace the command 'true', put -- before it: bccwatch trace -- true\n";
	const char *printed;
	int r;

	(void)state;
	put("/a/other", "");
	TRACE_PARSE(below("/a/ls"), "no-such-command", "true", "false");
	capture();
	r = bw_trace_targets_check(&targets);
	printed = captured();
	assert_int_equal(r, 0);
	assert_non_null(strstr(printed, hint));
	assert_non_null(strstr(printed, "'no-such-command' does not exist yet"));
	printed = strstr(printed, "put -- before") + 1;
	assert_null(strstr(printed, "put -- before"));
}

static void a_symlink_is_watched_and_where_it_leads_to(void **state)
{
	(void)state;
	put("/a/file", "");
	put("/b/other", "");
	assert_int_equal(symlink("../b/link", below("/a/link")), 0);
	assert_int_equal(symlink("../a/file", below("/b/link")), 0);
	TRACE_PARSE(below("/a/link"));
	assert_int_equal(start(), 0);
	assert_true(trace_has("files", below("/a/file")));
	assert_true(trace_has_name(below("/a"), "link"));
	assert_true(trace_has_name(below("/b"), "link"));
	assert_true(trace_has_name(below("/a"), "file"));
	assert_int_equal(trace_count("names"), 3);
}

static void a_symlink_to_nothing_is_watched_with_its_target(void **state)
{
	(void)state;
	put("/b/other", "");
	put("/a/other", "");
	assert_int_equal(symlink("../b/later", below("/a/link")), 0);
	TRACE_PARSE(below("/a/link"));
	assert_int_equal(start(), 0);
	assert_true(trace_has_name(below("/b"), "later"));
	assert_int_equal(trace_count("files"), 0);
}

static void a_path_is_relative_to_the_current_directory(void **state)
{
	char here[4096];
	int r;

	(void)state;
	put("/a/file", "");
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(chdir(below("/a")), 0);
	TRACE_PARSE("file", ".");
	r = start();
	assert_int_equal(chdir(here), 0);
	assert_int_equal(r, 0);
	assert_true(trace_has("files", below("/a/file")));
	assert_true(trace_has("dirs", below("/a")));
}

static void assert_refused(const char *path, const char *message)
{
	const char *printed;
	int r;

	TRACE_PARSE(path);
	capture();
	r = bw_trace_targets_check(&targets);
	printed = captured();
	assert_true(r < 0);
	if (!strstr(printed, message))
		fail_msg("'%s' is not in: %s", message, printed);
}

static void a_path_whose_directory_does_not_exist_is_an_error(void **state)
{
	(void)state;
	put("/a/file", "");
	assert_refused(below("/b/c"), "/b' does not exist");
}

static void a_path_beneath_a_file_is_an_error(void **state)
{
	(void)state;
	put("/a/file", "");
	assert_refused(below("/a/file/x"), "cannot watch '");
	assert_refused(below("/a/file/"), "Not a directory");
}

static void a_program_is_known_by_its_file(void **state)
{
	(void)state;
	put("/cat", "");
	put("/ls", "");
	TRACE_PARSE("--exe", below("/cat"), "--not-exe", below("/ls"));
	assert_int_equal(start(), 0);
	assert_true(trace_has("exes", below("/cat")));
	assert_int_equal(trace_count("exes"), 1);
	assert_true(trace_has("not_exes", below("/ls")));
	assert_int_equal(trace_count("not_exes"), 1);
}

static void what_is_no_program_is_an_error(void **state)
{
	const char *printed;

	(void)state;
	put("/a/file", "");
	TRACE_PARSE("--exe", below("/a"));
	capture();
	assert_int_equal(bw_trace_targets_check(&targets), -EINVAL);
	printed = captured();
	assert_non_null(strstr(printed, "cannot show only the program"));
	assert_non_null(strstr(printed, "it is not a program"));
}

/* The program shows none of its events. */
static void at_the_end_the_program_knows_this_process_alone(void **state)
{
	const struct filter *in_map;
	char comm[16];

	(void)state;
	put("/a/file", "");
	prctl(PR_SET_NAME, "unit test");
	TRACE_PARSE(below("/a"));
	assert_int_equal(start(), 0);
	in_map = (const struct filter *)fake_map(&trace_maps, "filter")->values;
	assert_int_equal(in_map->self, 78);
	assert_int_equal(in_map->opener, 0);
	assert_int_equal(targets.opener.sandbox.pid, 0);
	prctl(PR_GET_NAME, comm);
	assert_string_equal(comm, "unit test");
}

/* Its name stands in /proc, and others can take it. */
static void an_open_by_another_process_of_that_name_is_not_taken_for_its_own(void **state)
{
	(void)state;
	put("/a/file", "");
	trace_others = 3;
	TRACE_PARSE(below("/a/file"));
	assert_int_equal(start(), 0);
	assert_true(trace_has("files", below("/a/file")));
	assert_int_equal(trace_count("files"), 1);
}

static void a_process_that_takes_all_names_makes_the_start_fail(void **state)
{
	(void)state;
	put("/a/file", "");
	trace_others = 1000000;
	TRACE_PARSE(below("/a/file"));
	capture();
	assert_int_equal(start(), -EBUSY);
	captured();
}

static void no_identity(struct fake_map *map)
{
	memset(map->values, 0, sizeof(struct own_open));
}

static void a_program_that_does_not_see_the_open_makes_the_start_fail(void **state)
{
	(void)state;
	put("/a/file", "");
	TRACE_PARSE(below("/a/file"));
	assert_int_equal(bw_trace_targets_check(&targets), 0);
	assert_int_equal(bw_trace_targets_size(&targets, &trace_maps.image), 0);
	trace_load();
	fake_map(&trace_maps, "own_open")->looked_up = no_identity;
	capture();
	assert_int_equal(bw_trace_targets_start(&targets, &trace_maps.loaded), -EOPNOTSUPP);
	captured();
}

/* The process that opens stands for one that hangs in a dead mount. */
static void a_file_system_that_does_not_answer_ends_the_start(void **state)
{
	const char *printed;
	int r;

	(void)state;
	put("/a/file", "");
	TRACE_PARSE(below("/a/file"));
	assert_int_equal(bw_trace_targets_check(&targets), 0);
	targets.opener.sandbox.ms = 200;
	assert_int_equal(kill(targets.opener.sandbox.pid, SIGSTOP), 0);
	capture();
	r = bw_trace_targets_check(&targets);
	printed = captured();
	assert_true(r < 0);
	assert_non_null(strstr(printed, "/a/file': its file system does not answer\n  check what is mounted there"));
}

static void a_source_without_the_maps_is_refused(void **state)
{
	(void)state;
	put("/a/file", "");
	TRACE_PARSE(below("/a/file"));
	trace_maps.image.n_maps = 2;
	capture();
	assert_int_equal(bw_trace_targets_size(&targets, &trace_maps.image), -ENOENT);
	assert_non_null(strstr(captured(), "it has no map 'names'"));
}

static void maps_that_are_not_needed_stay_as_they_are(void **state)
{
	(void)state;
	TRACE_PARSE("--exe", "/bin/sh");
	assert_int_equal(bw_trace_targets_size(&targets, &trace_maps.image), 0);
	for (uint32_t i = 0; i < trace_maps.image.n_maps; i++)
		assert_int_equal(trace_maps.image.maps[i].max_entries, 1);
}

#define WITH_MAPS(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	WITH_MAPS(a_file_is_itself_and_its_place),
	WITH_MAPS(a_directory_is_itself_and_its_device),
	WITH_MAPS(a_directory_that_is_watched_stays_so_where_a_name_in_it_is),
	WITH_MAPS(the_other_names_of_files_beneath_are_watched),
	WITH_MAPS(what_is_watched_has_the_paths_that_lead_there),
	WITH_MAPS(what_is_not_there_yet_is_its_place),
	WITH_MAPS(a_command_that_is_given_as_a_path_is_recognised),
	WITH_MAPS(a_symlink_is_watched_and_where_it_leads_to),
	WITH_MAPS(a_symlink_to_nothing_is_watched_with_its_target),
	WITH_MAPS(a_path_is_relative_to_the_current_directory),
	WITH_MAPS(a_path_whose_directory_does_not_exist_is_an_error),
	WITH_MAPS(a_path_beneath_a_file_is_an_error),
	WITH_MAPS(a_program_is_known_by_its_file),
	WITH_MAPS(what_is_no_program_is_an_error),
	WITH_MAPS(at_the_end_the_program_knows_this_process_alone),
	WITH_MAPS(an_open_by_another_process_of_that_name_is_not_taken_for_its_own),
	WITH_MAPS(a_process_that_takes_all_names_makes_the_start_fail),
	WITH_MAPS(a_program_that_does_not_see_the_open_makes_the_start_fail),
	WITH_MAPS(a_file_system_that_does_not_answer_ends_the_start),
	WITH_MAPS(a_source_without_the_maps_is_refused),
	WITH_MAPS(maps_that_are_not_needed_stay_as_they_are),
};

UNIT_MODULE("cmd/trace_targets", NULL, NULL);
