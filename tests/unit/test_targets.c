/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/signals.h"
#include "enforce/targets.h"
#include "tests/unit/capture.h"
#include "tests/unit/root.h"
#include "tests/unit/rule_maps.h"

static struct bw_rules rules;

static int begin(void **state)
{
	rules = (struct bw_rules){0};
	make_rule_maps(state);
	guard.rules = &rules;
	return make_root(state);
}

static int end(void **state)
{
	bw_rules_free(&rules);
	free_rule_maps(state);
	return remove_root(state);
}

static void rule(enum bw_rule_kind kind, const char *value)
{
	const char *why;

	assert_int_equal(bw_rules_add(&rules, kind, value, &why), 0);
}

static void a_name_is_protected_in_every_directory(void **state)
{
	(void)state;
	rule(BW_RULE_NAME, "secret");
	assert_int_equal(bw_targets_check(&guard), 0);
	assert_int_equal(bw_targets_protect(&guard), 0);
	assert_true(has_name("", "secret"));
	assert_int_equal(count_of("names"), 1);
	assert_int_equal(count_of("files"), 0);
}

static void a_path_is_its_place_and_the_file_that_is_there(void **state)
{
	(void)state;
	put("/a/file", "");
	put("/a/other", "");
	rule(BW_RULE_PATH, below("/a/file"));
	assert_int_equal(bw_targets_check(&guard), 0);
	assert_int_equal(bw_targets_protect(&guard), 0);
	assert_true(has_name(below("/a"), "file"));
	assert_false(has_name("", "file"));
	assert_true(has_file(below("/a/file")));
	assert_false(has_file(below("/a/other")));
	assert_int_equal(count_of("names"), 1);
	assert_int_equal(count_of("files"), 1);
	assert_int_equal(count_of("dirs"), 0);
}

static void a_path_at_which_nothing_is_yet_is_its_place(void **state)
{
	(void)state;
	put("/a/other", "");
	rule(BW_RULE_PATH, below("/a/file"));
	assert_int_equal(bw_targets_check(&guard), 0);
	assert_int_equal(bw_targets_protect(&guard), 0);
	assert_true(has_name(below("/a"), "file"));
	assert_int_equal(count_of("files"), 0);
	assert_int_equal(guard.n_absent, 1);
	assert_string_equal(guard.absent[0], below("/a/file"));
}

static void a_path_with_slashes_at_its_end_is_the_same(void **state)
{
	(void)state;
	put("/a/file", "");
	rule(BW_RULE_PATH, below("/a/file///"));
	assert_int_equal(bw_targets_protect(&guard), 0);
	assert_true(has_name(below("/a"), "file"));
	assert_true(has_file(below("/a/file")));
}

static void each_link_on_the_way_is_a_place(void **state)
{
	(void)state;
	put("/a/x", "");
	put("/b/x", "");
	put("/c/file", "");
	assert_int_equal(symlink("../b/second", below("/a/first")), 0);	    /* relative */
	assert_int_equal(symlink(below("/c/file"), below("/b/second")), 0); /* absolute */
	rule(BW_RULE_PATH, below("/a/first"));
	assert_int_equal(bw_targets_check(&guard), 0);
	assert_int_equal(bw_targets_protect(&guard), 0);
	assert_true(has_name(below("/a"), "first"));
	assert_true(has_name(below("/b"), "second"));
	assert_true(has_name(below("/c"), "file"));
	assert_true(has_file(below("/c/file")));
	assert_int_equal(count_of("names"), 3);
	assert_int_equal(count_of("files"), 1);
}

static void links_in_a_circle_have_an_end(void **state)
{
	(void)state;
	assert_int_equal(symlink("b", below("/a")), 0);
	assert_int_equal(symlink("a", below("/b")), 0);
	rule(BW_RULE_PATH, below("/a"));
	assert_int_equal(bw_targets_check(&guard), 0);
	capture();
	assert_int_equal(bw_targets_protect(&guard), -ELOOP);
	assert_non_null(strstr(captured(), below("/a")));
	assert_true(has_name(root, "a"));
	assert_true(has_name(root, "b"));
}

static void assert_no_path(const char *path, int error, const char *message)
{
	rule(BW_RULE_PATH, path);
	capture();
	assert_int_equal(bw_targets_check(&guard), error);
	assert_non_null(strstr(captured(), message));
	bw_rules_free(&rules);
	rules = (struct bw_rules){0};
}

static void what_is_no_path_of_a_file_is_refused_before_anything_is_done(void **state)
{
	char longer[NAME_MAX + 3] = "/";

	(void)state;
	put("/a/file", "");
	assert_no_path("/", -EINVAL, "--path /: ");
	assert_no_path(below("/a/.."), -EINVAL, "--path ");
	assert_no_path(below("/a/."), -EINVAL, "--path ");
	memset(longer + 1, 'x', NAME_MAX + 1);
	assert_no_path(longer, -EINVAL, "--path ");
	assert_no_path(below("/a"), -EISDIR, "--dir");
	assert_no_path(below("/a/file/x"), -ENOTDIR, below("/a/file/x"));
}

static void a_directory_is_itself_and_its_device(void **state)
{
	uint32_t dev;

	(void)state;
	put("/a/b/file", "");
	rule(BW_RULE_DIR, below("/a"));
	assert_int_equal(bw_targets_check(&guard), 0);
	assert_int_equal(bw_targets_protect(&guard), 0);
	dev = id_of(below("/a")).dev;
	assert_true(has_dir(below("/a")));
	assert_int_equal(count_of("dirs"), 1);
	assert_non_null(fake_value(fake_map(&rule_maps, "devices"), &dev));
	assert_int_equal(count_of("files"), 0); /* it has no other link */
}

static void what_is_no_directory_is_refused_before_anything_is_done(void **state)
{
	(void)state;
	put("/file", "");
	rule(BW_RULE_DIR, below("/file"));
	capture();
	assert_int_equal(bw_targets_check(&guard), -ENOTDIR);
	assert_non_null(strstr(captured(), below("/file")));
}

static void what_does_not_exist_is_counted_and_no_error(void **state)
{
	(void)state;
	put("/a/file", "");
	rule(BW_RULE_PATH, below("/none/file"));
	rule(BW_RULE_DIR, below("/none"));
	rule(BW_RULE_DIR, below("/a/none/"));
	rule(BW_RULE_DIR, below("/a"));
	rule(BW_RULE_PATH, below("/a/none"));
	assert_int_equal(symlink("none/x", below("/a/link")), 0);
	rule(BW_RULE_PATH, below("/a/link")); /* its own name exists, where it leads to does not */
	capture();
	assert_int_equal(bw_targets_check(&guard), 0);
	assert_string_equal(captured(), "");
	assert_int_equal(guard.n_missing, 4);
	assert_int_equal(bw_targets_check(&guard), 0);
	assert_int_equal(guard.n_missing, 4);
}

/* One whose opening the hook does not see is not protected, and that is an error. */
static void a_file_that_cannot_be_learned_is_an_error(void **state)
{
	(void)state;
	put("/a/file", "");
	rule(BW_RULE_PATH, below("/a/file"));
	learn_nothing();
	capture();
	assert_int_equal(bw_targets_protect(&guard), -EIO);
	assert_non_null(strstr(captured(), below("/a/file")));
}

static void a_full_map_is_passed_on_in_silence(void **state)
{
	(void)state;
	rule(BW_RULE_NAME, "a");
	rule(BW_RULE_NAME, "b");
	fake_map(&rule_maps, "names")->max_entries = 1;
	capture();
	assert_int_equal(bw_targets_protect(&guard), -E2BIG);
	assert_string_equal(captured(), "");
}

/* The signal stays pending: no test of this process comes after this one. */
static void a_signal_ends_the_work(void **state)
{
	(void)state;
	rule(BW_RULE_NAME, "a");
	assert_true(bw_signals_open() >= 0);
	kill(getpid(), SIGTERM);
	assert_int_equal(bw_targets_check(&guard), -EINTR);
	assert_int_equal(bw_targets_protect(&guard), -EINTR);
	assert_int_equal(count_of("names"), 0);
}

#define WITH_SETUP(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	WITH_SETUP(a_name_is_protected_in_every_directory),
	WITH_SETUP(a_path_is_its_place_and_the_file_that_is_there),
	WITH_SETUP(a_path_at_which_nothing_is_yet_is_its_place),
	WITH_SETUP(a_path_with_slashes_at_its_end_is_the_same),
	WITH_SETUP(each_link_on_the_way_is_a_place),
	WITH_SETUP(links_in_a_circle_have_an_end),
	WITH_SETUP(what_is_no_path_of_a_file_is_refused_before_anything_is_done),
	WITH_SETUP(a_directory_is_itself_and_its_device),
	WITH_SETUP(what_is_no_directory_is_refused_before_anything_is_done),
	WITH_SETUP(what_does_not_exist_is_counted_and_no_error),
	WITH_SETUP(a_file_that_cannot_be_learned_is_an_error),
	WITH_SETUP(a_full_map_is_passed_on_in_silence),
	WITH_SETUP(a_signal_ends_the_work),
};

UNIT_MODULE("enforce/targets", NULL, NULL);
