/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path_parts.h"
#include "tests/unit/unit.h"

static void assert_text(char *text, const char *expected)
{
	if (!text || !expected)
		assert_true(text == expected);
	else
		assert_string_equal(text, expected);
	free(text);
}

static void a_relative_path_begins_with_the_current_directory(void **state)
{
	char here[4096], expected[5000] = "";

	(void)state;
	assert_non_null(getcwd(here, sizeof(here)));
	strcat(strcat(expected, here), "/a/b");
	assert_text(bw_path_parts_absolute("a/b"), expected);
	assert_text(bw_path_parts_absolute("/a/../b"), "/a/../b");
}

static void slashes_at_the_end_are_taken_off_a_path_that_names_something(void **state)
{
	char longest[300] = "/";

	(void)state;
	assert_text(bw_path_parts_trim("/a/b//"), "/a/b");
	assert_text(bw_path_parts_trim("/a"), "/a");
	assert_text(bw_path_parts_trim("/"), NULL);
	assert_text(bw_path_parts_trim("///"), NULL);
	assert_text(bw_path_parts_trim("/a/."), NULL);
	assert_text(bw_path_parts_trim("/a/../"), NULL);
	assert_text(bw_path_parts_trim("/a/..."), "/a/...");
	memset(longest + 1, 'x', 255);
	assert_text(bw_path_parts_trim(longest), longest);
	longest[256] = 'x';
	assert_text(bw_path_parts_trim(longest), NULL);
}

static void a_path_is_split_behind_its_last_slash(void **state)
{
	char *dir;

	(void)state;
	assert_string_equal(bw_path_parts_split("/a/b", &dir), "b");
	assert_text(dir, "/a/");
	assert_string_equal(bw_path_parts_split("/a", &dir), "a");
	assert_text(dir, "/");
}

static void a_symlink_leads_on_from_its_directory_or_the_root(void **state)
{
	(void)state;
	assert_text(bw_path_parts_follow("/a/link", "b/c"), "/a/b/c");
	assert_text(bw_path_parts_follow("/link", "../b"), "/../b");
	assert_text(bw_path_parts_follow("/a/link", "/b"), "/b");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_relative_path_begins_with_the_current_directory),
	cmocka_unit_test(slashes_at_the_end_are_taken_off_a_path_that_names_something),
	cmocka_unit_test(a_path_is_split_behind_its_last_slash),
	cmocka_unit_test(a_symlink_leads_on_from_its_directory_or_the_root),
};

UNIT_MODULE("base/path_parts", NULL, NULL);
