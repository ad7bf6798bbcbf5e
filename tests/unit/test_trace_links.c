/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd/trace_links.h"
#include "tests/unit/root.h"
#include "tests/unit/unit.h"

static struct bw_trace_links links;

static int end(void **state)
{
	bw_trace_links_free(&links);
	return remove_root(state);
}

static void what_is_put_at_a_path_is_reported_by_its_index(void **state)
{
	bool changed[3] = {false};

	(void)state;
	put("/a/other", "");
	put("/b/x", "");
	assert_int_equal(bw_trace_links_fd(&links), -1);
	assert_int_equal(bw_trace_links_add(&links, below("/a/link"), 1), 0);
	assert_int_equal(bw_trace_links_add(&links, below("/a/link"), 1), 0);
	assert_int_equal(bw_trace_links_add(&links, below("/b/link"), 2), 0);
	assert_int_equal(links.n, 2);
	assert_false(bw_trace_links_read(&links, changed, 3));
	put("/a/beside", "");
	assert_false(bw_trace_links_read(&links, changed, 3));
	assert_int_equal(symlink("other", below("/a/link")), 0);
	assert_true(bw_trace_links_read(&links, changed, 3));
	assert_true(!changed[0] && changed[1] && !changed[2]);
	assert_int_equal(rename(below("/b/x"), below("/b/link")), 0);
	changed[1] = false;
	assert_true(bw_trace_links_read(&links, changed, 3));
	assert_true(!changed[0] && !changed[1] && changed[2]);
	assert_false(bw_trace_links_read(&links, changed, 3));
}

static void the_directories_and_symlinks_on_the_way_are_followed(void **state)
{
	struct bw_trace_opener opener = {0};
	bool changed[1] = {false};

	(void)state;
	put("/a/r1/index", "");
	put("/b/r2/index", "");
	assert_int_equal(symlink("a/r1", below("/now")), 0);
	assert_int_equal(bw_trace_opener_start(&opener), 0);
	assert_int_equal(bw_trace_links_add_way(&links, &opener, below("/now/index"), 0), 0);
	bw_trace_opener_stop(&opener);
	put("/beside", "");
	put("/a/r1/other", "");
	assert_false(bw_trace_links_read(&links, changed, 1));
	assert_int_equal(symlink("b/r2", below("/next")), 0);
	assert_int_equal(rename(below("/next"), below("/now")), 0);
	assert_true(bw_trace_links_read(&links, changed, 1) && changed[0]);
	changed[0] = false;
	assert_int_equal(rename(below("/b/r2"), below("/a/r1.new")), 0);
	assert_false(bw_trace_links_read(&links, changed, 1));
	assert_int_equal(rename(below("/a/r1"), below("/a/r1.old")), 0);
	assert_int_equal(rename(below("/a/r1.new"), below("/a/r1")), 0);
	assert_true(bw_trace_links_read(&links, changed, 1) && changed[0]);
}

static void symlinks_in_a_circle_come_to_an_end(void **state)
{
	struct bw_trace_opener opener = {0};

	(void)state;
	put("/x", "");
	assert_int_equal(symlink("circle/x", below("/circle")), 0);
	assert_int_equal(bw_trace_opener_start(&opener), 0);
	assert_int_equal(bw_trace_links_add_way(&links, &opener, below("/circle/index"), 0), 0);
	bw_trace_opener_stop(&opener);
	assert_in_range(links.n, 1, 64);
}

static void a_directory_that_is_not_there_is_passed_over(void **state)
{
	bool changed[1] = {false};

	(void)state;
	assert_int_equal(bw_trace_links_add(&links, below("/none/link"), 0), 0);
	assert_int_equal(links.n, 0);
	assert_false(bw_trace_links_read(&links, changed, 1));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(what_is_put_at_a_path_is_reported_by_its_index, make_root, end),
	cmocka_unit_test_setup_teardown(the_directories_and_symlinks_on_the_way_are_followed, make_root, end),
	cmocka_unit_test_setup_teardown(symlinks_in_a_circle_come_to_an_end, make_root, end),
	cmocka_unit_test_setup_teardown(a_directory_that_is_not_there_is_passed_over, make_root, end),
};

UNIT_MODULE("cmd/trace_links", NULL, NULL);
