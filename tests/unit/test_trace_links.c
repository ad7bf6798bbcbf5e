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
	cmocka_unit_test_setup_teardown(a_directory_that_is_not_there_is_passed_over, make_root, end),
};

UNIT_MODULE("cmd/trace_links", NULL, NULL);
