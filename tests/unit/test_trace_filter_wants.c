/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the events that the program lets pass are shown. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpf_src/trace/event.h"
#include "tests/unit/opened_filter.h"

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
	OPEN_FILTER("-x");
	assert_true(wants("/a/b", NULL));
	assert_true(wants(NULL, NULL));
}

static void name_is_the_last_component_of_either_path(void **state)
{
	(void)state;
	OPEN_FILTER("--name", "*.pem");
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
	OPEN_FILTER("--name", "given");
	assert_true(wants(NULL, NULL));
}

static void path_is_the_whole_of_either_path(void **state)
{
	(void)state;
	OPEN_FILTER("--path", "/var/log/**/*.log");
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
	OPEN_FILTER("--path", "/b");
	assert_false(bw_trace_filter_wants(&filter, &e));
	e.flags = LINK_HARD;
	assert_true(bw_trace_filter_wants(&filter, &e));
}

static void what_is_beneath_a_path_that_is_left_out_is_left_out(void **state)
{
	(void)state;
	OPEN_FILTER("--not-path", "/proc/", "--not-path", "**/*.tmp");
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
	OPEN_FILTER("--not-path", "/");
	assert_false(wants("/a", NULL));
	assert_false(wants("/", NULL));
}

/* A lookup that failed, of which the kernel knows no file. */
static bool wants_failed(const char *path, const char *to)
{
	const struct bw_trace_filter_event e = {
		.op = to ? OP_RENAME : OP_OPEN, .lookup_failed = true, .path = text(path), .to = text(to)};

	return bw_trace_filter_wants(&filter, &e);
}

static void a_failed_lookup_with_another_root_is_of_another_path(void **state)
{
	struct bw_trace_filter_event e = {.op = OP_OPEN, .lookup_failed = true, .path = text("/etc/none")};

	(void)state;
	OPEN_FILTER("/etc/");
	assert_true(bw_trace_filter_wants(&filter, &e));
	e.other_root = true;
	assert_false(bw_trace_filter_wants(&filter, &e));
}

static void a_failed_lookup_is_compared_without_dots(void **state)
{
	(void)state;
	OPEN_FILTER("--path", "/t/*", "--not-path", "/t/no");
	assert_true(wants_failed("/t/./absent", NULL));
	assert_true(wants_failed("/t/sub/..//absent", NULL));
	assert_false(wants_failed("/t/../absent", NULL));
	assert_false(wants_failed("/t/./no/", NULL));
	assert_false(wants("/t/./absent", NULL)); /* such a path can't be */
}

static void a_path_that_is_too_long_is_shown(void **state)
{
	(void)state;
	OPEN_FILTER("--path", "/t/**");
	assert_true(wants(".../a/b", NULL));
	assert_false(wants("memfd:x", NULL));
}

static void a_failed_lookup_is_of_a_watched_path_by_its_name(void **state)
{
	(void)state;
	OPEN_FILTER("/etc/", "//usr/./share/../none");
	assert_true(wants_failed("/etc", NULL));
	assert_true(wants_failed("/etc/", NULL));
	assert_true(wants_failed("/etc/nothing/at/all", NULL));
	assert_true(wants_failed("/tmp/..//etc/./nothing", NULL));
	assert_true(wants_failed("/usr/none", NULL));
	assert_false(wants_failed("/etcetera", NULL));
	assert_false(wants_failed("/et", NULL));
	assert_false(wants_failed("/usr/nonexistent", NULL));
	assert_false(wants_failed("/usr/share/none", NULL));
	assert_false(wants_failed("/etc/../nothing", NULL));
	assert_false(wants_failed("/", NULL));
	/* Either of two names. */
	assert_true(wants_failed("/tmp/a", "/etc/b"));
	assert_true(wants_failed("/etc/a", "/tmp/b"));
	assert_false(wants_failed("/tmp/a", "/tmp/b"));
	/* Where the lookup began is not known. */
	assert_false(wants_failed(NULL, NULL));
	assert_false(wants_failed("etc/nothing", NULL));
	/* One that did not fail has been compared in the kernel, by the file. */
	assert_true(wants("/tmp/a", NULL));
	assert_true(wants(NULL, NULL));
}

static void every_failed_lookup_is_shown_where_all_is_watched(void **state)
{
	(void)state;
	OPEN_FILTER("/");
	assert_true(wants_failed("/", NULL));
	assert_true(wants_failed("/etc/nothing", NULL));
	assert_true(wants_failed("/..", NULL));
	free_filter(state);
	make_filter(state);
	OPEN_FILTER("-x");
	assert_true(wants_failed("/etc/nothing", NULL));
	assert_true(wants_failed(NULL, NULL));
}

static void a_watched_path_can_be_relative(void **state)
{
	char here[512], path[600];

	(void)state;
	assert_non_null(getcwd(here, sizeof(here)));
	OPEN_FILTER("tool/..//./tests");
	snprintf(path, sizeof(path), "%s/tests/nothing", here);
	assert_true(wants_failed(path, NULL));
	snprintf(path, sizeof(path), "%s/none", here);
	assert_false(wants_failed(path, NULL));
}

static void a_failed_lookup_passes_the_other_filters_too(void **state)
{
	(void)state;
	OPEN_FILTER("/etc", "--name", "*.pem", "--not-path", "/etc/ssl");
	assert_true(wants_failed("/etc/a.pem", NULL));
	assert_false(wants_failed("/etc/a", NULL));
	assert_false(wants_failed("/etc/ssl/a.pem", NULL));
	assert_false(wants_failed("/tmp/a.pem", NULL));
}

/* The longest that a directory and a name can be, and longer ones: nothing is written beyond. */
static void a_failed_lookup_can_have_a_name_of_any_length(void **state)
{
	static const char watched[] = {'/', 'e', 't', 'c', '/'};
	static const size_t lens[] = {4096, 8191, 8192, 8193, 8194, 8195, 65536};

	(void)state;
	OPEN_FILTER("/etc");
	for (size_t i = 0; i < LENGTH(lens); i++) {
		char *path = malloc(lens[i]);
		struct bw_trace_filter_event e = {
			.op = OP_OPEN, .lookup_failed = true, .path = {path, lens[i]}, .to = {path, lens[i]}};

		assert_non_null(path);
		memset(path, 'x', lens[i]);
		assert_false(bw_trace_filter_wants(&filter, &e)); /* it does not begin with a slash */
		memcpy(path, watched, sizeof(watched));
		assert_true(bw_trace_filter_wants(&filter, &e));
		*path = '.';
		assert_false(bw_trace_filter_wants(&filter, &e));
		memset(path, '/', lens[i]);
		assert_false(bw_trace_filter_wants(&filter, &e));
		free(path);
	}
}

static void a_flag_is_of_opens_alone(void **state)
{
	struct bw_trace_filter_event e = {.op = OP_OPEN, .has_flags = true, .flags = O_WRONLY | O_CREAT};

	(void)state;
	OPEN_FILTER("-f", "O_WRONLY", "--ops", "all");
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

#define WITH_FILTER(test) cmocka_unit_test_setup_teardown(test, make_filter, free_filter)

static const struct CMUnitTest tests[] = {
	WITH_FILTER(without_globs_all_are_shown),
	WITH_FILTER(name_is_the_last_component_of_either_path),
	WITH_FILTER(name_is_of_the_name_as_given_where_the_path_is_not_known),
	WITH_FILTER(path_is_the_whole_of_either_path),
	WITH_FILTER(the_text_of_a_symlink_is_no_path),
	WITH_FILTER(what_is_beneath_a_path_that_is_left_out_is_left_out),
	WITH_FILTER(the_root_left_out_leaves_all_out),
	WITH_FILTER(a_failed_lookup_is_of_a_watched_path_by_its_name),
	WITH_FILTER(a_failed_lookup_with_another_root_is_of_another_path),
	WITH_FILTER(a_failed_lookup_is_compared_without_dots),
	WITH_FILTER(a_path_that_is_too_long_is_shown),
	WITH_FILTER(every_failed_lookup_is_shown_where_all_is_watched),
	WITH_FILTER(a_watched_path_can_be_relative),
	WITH_FILTER(a_failed_lookup_passes_the_other_filters_too),
	WITH_FILTER(a_failed_lookup_can_have_a_name_of_any_length),
	WITH_FILTER(a_flag_is_of_opens_alone),
};

UNIT_MODULE("cmd/trace_filter_wants", NULL, NULL);
