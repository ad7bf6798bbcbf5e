/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/trace_globs.h"
#include "tests/unit/unit.h"

static void compile(struct bw_glob *g, const char *pattern)
{
	const char *why;
	size_t at;

	assert_int_equal(bw_glob_compile(g, pattern, true, &why, &at), 0);
}

static void of_the_text_between_wildcards_eight_bytes_are_compared(void **state)
{
	struct glob_ends ends = {0};
	struct bw_glob g;

	(void)state;
	compile(&g, "/a/**bc**.d");
	bw_trace_globs_set_ends(&ends, &g);
	bw_glob_free(&g);
	assert_int_equal(ends.infix, 'b' << 8 | 'c');
	assert_int_equal(ends.infix_mask, 0xffff);
	ends = (struct glob_ends){0};
	compile(&g, "/**ABCDEFGHI**");
	bw_trace_globs_set_ends(&ends, &g);
	bw_glob_free(&g);
	assert_true(ends.infix == 0x4142434445464748 && ends.infix_mask == ~0ULL);
}

static void only_what_is_decided_by_its_beginning_is_left_out_by_the_program(void **state)
{
	static const char *const patterns[] = {
		"/a/b/", "/proc/**", "/x/*.c", "/", "/0123456789012345678901234567890123456789012345678901234567890123",
		"/z",
	};
	struct bw_glob globs[LENGTH(patterns)];
	struct not_path to[NOT_PATHS_MAX] = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(patterns); i++)
		compile(&globs[i], patterns[i]);
	assert_int_equal(bw_trace_globs_set_not_paths(to, globs, LENGTH(patterns)), 3);
	assert_true(to[0].prefix_len == 4 && to[0].is_whole == 1 && memcmp(to[0].prefix, "/a/b", 4) == 0);
	assert_true(to[1].prefix_len == 6 && to[1].is_whole == 0 && memcmp(to[1].prefix, "/proc/", 6) == 0);
	assert_true(to[2].prefix_len == 2 && to[2].is_whole == 1);
	for (size_t i = 0; i < LENGTH(patterns); i++)
		bw_glob_free(&globs[i]);
}

static void no_more_paths_are_left_out_by_the_program_than_it_has_room_for(void **state)
{
	struct bw_glob globs[NOT_PATHS_MAX + 1];
	struct not_path to[NOT_PATHS_MAX] = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(globs); i++)
		compile(&globs[i], "/a");
	assert_int_equal(bw_trace_globs_set_not_paths(to, globs, LENGTH(globs)), NOT_PATHS_MAX);
	for (size_t i = 0; i < LENGTH(globs); i++)
		bw_glob_free(&globs[i]);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(of_the_text_between_wildcards_eight_bytes_are_compared),
	cmocka_unit_test(only_what_is_decided_by_its_beginning_is_left_out_by_the_program),
	cmocka_unit_test(no_more_paths_are_left_out_by_the_program_than_it_has_room_for),
};

UNIT_MODULE("cmd/trace_globs", NULL, NULL);
