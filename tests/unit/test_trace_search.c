/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "cmd/trace_search.h"
#include "tests/unit/root.h"
#include "tests/unit/unit.h"

static struct bw_trace_search search;
static char path[PATH_MAX];

static int end(void **state)
{
	bw_trace_search_close(&search);
	return remove_root(state);
}

static int next(void)
{
	return bw_trace_search_next(&search, bw_deadline_now() + 10000, path);
}

static void link_to(const char *from, const char *to)
{
	char first[PATH_MAX];

	snprintf(first, sizeof(first), "%s", below(from));
	assert_int_equal(link(first, below(to)), 0);
}

static void files_of_several_names_are_found_and_no_others(void **state)
{
	(void)state;
	put("/d/one", "");
	put("/d/sub/two", "");
	put("/other", "");
	link_to("/d/sub/two", "/elsewhere");
	assert_int_equal(symlink("sub", below("/d/way")), 0);
	assert_int_equal(symlink("sub/two", below("/d/name")), 0);
	assert_int_equal(bw_trace_search_open(&search, below("/d")), 0);
	assert_int_equal(next(), 0);
	assert_string_equal(path, below("/d/sub/two"));
	assert_int_equal(next(), -ENOENT);
	assert_int_equal(next(), -ENOENT);
}

static void the_directory_may_be_named_by_a_symlink(void **state)
{
	(void)state;
	put("/d/a", "");
	link_to("/d/a", "/b");
	assert_int_equal(symlink("d", below("/way")), 0);
	assert_int_equal(bw_trace_search_open(&search, below("/way")), 0);
	assert_int_equal(next(), 0);
	assert_string_equal(path, below("/way/a"));
	assert_int_equal(next(), -ENOENT);
}

static void it_stops_in_time_and_goes_on(void **state)
{
	(void)state;
	put("/d/a", "");
	link_to("/d/a", "/d/b");
	assert_int_equal(bw_trace_search_open(&search, below("/d")), 0);
	assert_int_equal(bw_trace_search_next(&search, bw_deadline_now(), path), -EAGAIN);
	assert_int_equal(next(), 0);
	assert_int_equal(next(), 0);
	assert_int_equal(next(), -ENOENT);
}

static void what_is_none_can_not_be_searched(void **state)
{
	(void)state;
	put("/f", "");
	assert_int_equal(bw_trace_search_open(&search, below("/none")), -ENOENT);
	assert_int_equal(bw_trace_search_open(&search, below("/f")), 0);
	assert_int_equal(next(), -ENOENT);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(files_of_several_names_are_found_and_no_others, make_root, end),
	cmocka_unit_test_setup_teardown(the_directory_may_be_named_by_a_symlink, make_root, end),
	cmocka_unit_test_setup_teardown(it_stops_in_time_and_goes_on, make_root, end),
	cmocka_unit_test_setup_teardown(what_is_none_can_not_be_searched, make_root, end),
};

UNIT_MODULE("cmd/trace_search", NULL, NULL);
