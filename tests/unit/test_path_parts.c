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

/* In a buffer of its exact size, for the sanitizer, and in the path's own. */
static void assert_normalized(const char *path, const char *expected)
{
	size_t len = strlen(path), n;
	char *own = malloc(len ? len : 1), *other = malloc(len ? len : 1);

	assert_non_null(own);
	assert_non_null(other);
	for (size_t i = 0; i < len; i++)
		own[i] = path[i];
	n = bw_path_parts_normalize(other, path, len);
	if (n != strlen(expected) || memcmp(other, expected, n) != 0)
		fail_msg("'%s' becomes '%.*s'", path, (int)n, other);
	assert_int_equal(bw_path_parts_normalize(own, own, len), n);
	assert_memory_equal(own, expected, n);
	free(own);
	free(other);
}

static void a_normalized_path_has_no_dots_and_no_doubled_slashes(void **state)
{
	static const char *const paths[][2] = {
		{"", ""},
		{"/", "/"},
		{"///", "/"},
		{"/a/b", "/a/b"},
		{"/a/b/", "/a/b"},
		{"//a///b//", "/a/b"},
		{"/a/./b/.", "/a/b"},
		{"/./.", "/"},
		{"/a/../b", "/b"},
		{"/a/b/..", "/a"},
		{"/a/..", "/"},
		{"/a/../", "/"},
		{"/..", "/"},
		{"/../../a", "/a"},
		{"/a/../../b", "/b"},
		{"/a/b/c/../../d", "/a/d"},
		{"/a//../b", "/b"},
		{"/a/./../b", "/b"},
		{"/...", "/..."},
		{"/a/.../b", "/a/.../b"},
		{"/.a/..b", "/.a/..b"},
		{"/a./b..", "/a./b.."},
		{"/a/ /b", "/a/ /b"},
		{"/\xff/..\xff", "/\xff/..\xff"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(paths); i++)
		assert_normalized(paths[i][0], paths[i][1]);
}

/* As many `..` as a path can have, and more than there are directories. */
static void a_normalized_path_ends_at_the_root(void **state)
{
	char path[3003], deep[5001];

	(void)state;
	for (size_t i = 0; i < 3000; i++)
		path[i] = "/.."[i % 3];
	strcpy(path + 3000, "/a");
	assert_normalized(path, "/a");
	for (size_t i = 0; i < 2000; i++)
		deep[i] = "/x"[i % 2];
	for (size_t i = 0; i < 3000; i++)
		deep[2000 + i] = "/.."[i % 3];
	deep[5000] = '\0';
	assert_normalized(deep, "/");
	deep[4997] = '\0';
	assert_normalized(deep, "/x");
}

/* Where each component that stays begins, then all of them. */
static size_t normalized_otherwise(char *dst, const char *path, size_t len)
{
	size_t at[64] = {0}, lens[64] = {0}, n = 0, out = 0;

	for (size_t i = 0; i < len;) {
		size_t from = i;

		while (i < len && path[i] != '/')
			i++;
		if (i - from == 2 && memcmp(path + from, "..", 2) == 0) {
			n -= n > 0;
		} else if (i > from && !(i - from == 1 && path[from] == '.')) {
			at[n] = from;
			lens[n++] = i - from;
		}
		i++;
	}
	for (size_t i = 0; i < n; i++) {
		dst[out++] = '/';
		memcpy(dst + out, path + at[i], lens[i]);
		out += lens[i];
	}
	if (n == 0)
		dst[out++] = '/';
	return out;
}

static void paths_of_any_dots_and_slashes_are_normalized(void **state)
{
	static const char bytes[] = "///...a\0";

	(void)state;
	srandom(7);
	for (int i = 0; i < 100000; i++) {
		char path[32], own[32], other[32], expected[32];
		size_t len = 1 + (size_t)random() % 31, n;

		path[0] = '/';
		for (size_t k = 1; k < len; k++)
			path[k] = bytes[(size_t)random() % (sizeof(bytes) - 1)];
		n = normalized_otherwise(expected, path, len);
		assert_true(n <= len);
		assert_int_equal(bw_path_parts_normalize(other, path, len), n);
		assert_memory_equal(other, expected, n);
		memcpy(own, path, len);
		assert_int_equal(bw_path_parts_normalize(own, own, len), n);
		assert_memory_equal(own, expected, n);
		/* What is normalized stays as it is. */
		assert_int_equal(bw_path_parts_normalize(own, own, n), n);
		assert_memory_equal(own, expected, n);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_relative_path_begins_with_the_current_directory),
	cmocka_unit_test(slashes_at_the_end_are_taken_off_a_path_that_names_something),
	cmocka_unit_test(a_path_is_split_behind_its_last_slash),
	cmocka_unit_test(a_normalized_path_has_no_dots_and_no_doubled_slashes),
	cmocka_unit_test(a_normalized_path_ends_at_the_root),
	cmocka_unit_test(paths_of_any_dots_and_slashes_are_normalized),
	cmocka_unit_test(a_symlink_leads_on_from_its_directory_or_the_root),
};

UNIT_MODULE("base/path_parts", NULL, NULL);
