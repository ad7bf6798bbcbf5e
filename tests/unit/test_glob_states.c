/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "enforce/glob_states.h"
#include "tests/unit/unit.h"

static void compile(struct bw_glob *g, const char *pattern)
{
	const char *why;
	size_t at;

	if (bw_glob_compile(g, pattern, false, &why, &at) != 0)
		fail_msg("'%s': %s at %zu", pattern, why, at);
}

static void free_globs(struct bw_glob *globs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bw_glob_free(&globs[i]);
}

/* Patterns of pieces, and texts of the same bytes: what the states find is what matches one by one. */
static void assert_alike(const char *const pieces[], size_t n_pieces, size_t n_globs, size_t n_texts)
{
	struct bw_glob globs[GLOBS_MAX];
	char patterns[GLOBS_MAX][64];
	struct bw_glob_states states;

	for (size_t i = 0; i < n_globs; i++) {
		patterns[i][0] = '\0';
		for (long k = 1 + random() % 5; k > 0; k--)
			strcat(patterns[i], pieces[(size_t)random() % n_pieces]);
		compile(&globs[i], patterns[i]);
	}
	assert_int_equal(bw_glob_states_make(&states, globs, n_globs), 0);
	for (size_t i = 0; i < n_texts; i++) {
		static const char bytes[] = "ab.c\xc3\xa9\xe2\x82\xac\xed\xf0\x9f\x98\x80\xff";
		char text[16];
		size_t len = (size_t)random() % sizeof(text);
		uint64_t found;

		for (size_t k = 0; k < len; k++)
			text[k] = bytes[(size_t)random() % (sizeof(bytes) - 1)];
		found = bw_glob_states_match(&states, text, len);
		for (size_t g = 0; g < n_globs; g++)
			if ((found >> g & 1) != bw_glob_match(&globs[g], text, len))
				fail_msg("'%s' and '%.*s': found %d", patterns[g], (int)len, text,
					 (int)(found >> g & 1));
	}
	bw_glob_states_free(&states);
	free_globs(globs, n_globs);
}

static void several_patterns_at_once_match_what_each_matches(void **state)
{
	static const char *const pieces[] = {"a",
					     "b",
					     ".c",
					     "*",
					     "?",
					     "[ab]",
					     "[!a]",
					     "\xc3\xa9",
					     "\xe2\x82\xac",
					     "[\xc3\xa8-\xc3\xaa]",
					     "\\*",
					     "\xff",
					     "[[:alpha:]]",
					     "\xf0\x9f\x98\x80"};

	(void)state;
	srandom(1);
	for (int i = 0; i < 150; i++)
		assert_alike(pieces, sizeof(pieces) / sizeof(*pieces), 1 + (size_t)random() % 4, 300);
}

static void usual_patterns_need_few_states(void **state)
{
	struct bw_glob globs[GLOBS_MAX];
	struct bw_glob_states states;

	(void)state;
	for (size_t i = 0; i < GLOBS_MAX; i++) {
		char pattern[32];

		snprintf(pattern, sizeof(pattern), "*.ending%zu", i);
		compile(&globs[i], pattern);
	}
	assert_int_equal(bw_glob_states_make(&states, globs, GLOBS_MAX), 0);
	assert_true(states.n < 1000);
	assert_true(bw_glob_states_match(&states, "x.ending7", 9) == 1 << 7);
	assert_true(bw_glob_states_match(&states, "ending63", 8) == 0);
	assert_true(bw_glob_states_match(&states, "a.ending63", 10) == 1ULL << 63);
	bw_glob_states_free(&states);
	free_globs(globs, GLOBS_MAX);
}

static void patterns_that_need_too_many_states_are_refused(void **state)
{
	struct bw_glob globs[16];
	struct bw_glob_states states;

	(void)state;
	for (size_t i = 0; i < 16; i++) {
		char pattern[32];

		snprintf(pattern, sizeof(pattern), "*%c*", 'a' + (int)i); /* any set of letters may have come */
		compile(&globs[i], pattern);
	}
	assert_int_equal(bw_glob_states_make(&states, globs, 16), -E2BIG);
	bw_glob_states_free(&states);
	free_globs(globs, 16);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(several_patterns_at_once_match_what_each_matches),
	cmocka_unit_test(usual_patterns_need_few_states),
	cmocka_unit_test(patterns_that_need_too_many_states_are_refused),
};

UNIT_MODULE("enforce/glob_states", NULL, NULL);
