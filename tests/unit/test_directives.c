/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "build/directives.h"
#include "tests/unit/unit.h"

/* The words of the directives, each with a "|" behind it; "+" before one that opens a condition. */
static const char *words_of(const char *text)
{
	static char list[256];
	struct bw_directive d;

	*list = '\0';
	while (bw_directives_next(&text, &d)) {
		const size_t used = strlen(list);

		snprintf(list + used, sizeof(list) - used, "%s%.*s|", bw_directives_opens(&d) ? "+" : "",
			 (int)d.word.len, d.word.text);
	}
	return list;
}

static void directives_begin_lines_behind_space_and_comments_alone(void **state)
{
	(void)state;
	assert_string_equal(words_of("#if A\n # include <x>\n/* c */ #endif\nx #define\n"), "+if|include|endif|");
	assert_string_equal(words_of("#ifdef A\n#ifndef B\n#elif C\n#else\n"), "+ifdef|+ifndef|elif|else|");
	assert_string_equal(words_of("\"\\\n#if\"\n/* \n#if */\n// \\\n#if\nend"), "");
	assert_string_equal(words_of(""), "");
}

static bool is_once(const char *text)
{
	bool once, guarded;

	bw_directives_classify(text, &once, &guarded);
	return once;
}

static bool is_guarded(const char *text)
{
	bool once, guarded;

	bw_directives_classify(text, &once, &guarded);
	return guarded;
}

static void pragma_once_is_found_anywhere(void **state)
{
	(void)state;
	assert_true(is_once("#pragma once\n"));
	assert_true(is_once("int x;\n# pragma /* x */ once\n"));
	assert_false(is_once("#pragma twice\n"));
	assert_false(is_once("// #pragma once\n"));
}

static void a_guard_surrounds_all_of_the_text(void **state)
{
	(void)state;
	assert_true(is_guarded("// c\n#ifndef A\n#define A\nint x;\n#endif // A\n"));
	assert_true(is_guarded("#if !defined(A)\n#define A\n#endif\n"));
	assert_true(is_guarded("#ifndef A\n#if 1\n#endif\n#endif\n"));
	assert_false(is_guarded("#ifndef A\n#endif\nint x;\n"));
	assert_false(is_guarded("int x;\n#ifndef A\n#endif\n"));
	assert_false(is_guarded("#ifndef A\n#else\n#endif\n"));
	assert_false(is_guarded("#if !defined(A) || 1\n#endif\n"));
	assert_false(is_guarded("#ifdef A\n#endif\n"));
	assert_false(is_guarded("#ifndef A\n"));
}

static void a_comment_without_an_end_is_found(void **state)
{
	(void)state;
	assert_true(bw_directives_ends_in_comment("int x; /* no end"));
	assert_false(bw_directives_ends_in_comment("int x; /* end */"));
	assert_false(bw_directives_ends_in_comment("char *s = \"/*\";"));
	assert_false(bw_directives_ends_in_comment("// /*\n"));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(directives_begin_lines_behind_space_and_comments_alone),
	cmocka_unit_test(pragma_once_is_found_anywhere),
	cmocka_unit_test(a_guard_surrounds_all_of_the_text),
	cmocka_unit_test(a_comment_without_an_end_is_found),
};

UNIT_MODULE("build/directives", NULL, NULL);
