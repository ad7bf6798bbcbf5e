/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "compile/debug_info.h"
#include "tests/unit/unit.h"

#define WITHOUT "static inline __attribute__((__nodebug__))"

static void assert_becomes(const char *text, const char *expected)
{
	BW_FREE char *shorter = NULL;

	assert_int_equal(bw_debug_info_leave_out(text, &shorter), 0);
	assert_string_equal(shorter, expected);
}

static void a_function_that_sends_no_event_has_no_debug_information(void **state)
{
	(void)state;
	assert_becomes("static inline int f(int a)\n{\n\treturn g({1});\n}\n",
		       WITHOUT " int f(int a)\n{\n\treturn g({1});\n}\n");
	assert_becomes("struct s { int a; };\nstatic inline struct s f(void) { return (struct s){}; } int x;",
		       "struct s { int a; };\n" WITHOUT " struct s f(void) { return (struct s){}; } int x;");
	assert_becomes("static inline int a(void) { } static inline int b(void) { }",
		       WITHOUT " int a(void) { } " WITHOUT " int b(void) { }");
	assert_becomes("static inline int (*f(int a[1]))(void) { return g; }",
		       WITHOUT " int (*f(int a[1]))(void) { return g; }");
}

static void a_function_that_sends_one_keeps_it(void **state)
{
	static const char *const kept[] = {
		"static inline int f(void *c) { struct d d = {}; if (c) { e.perf_submit(c, &d, 4); } return 0; }",
		"static inline int f(void) { e.ringbuf_output(&d, 4, 0); }",
		"static inline int f(void) { struct d *d = e.ringbuf_reserve(4); e.ringbuf_submit(d, 0); }",
		"static inline int f(a) int a; { e.perf_submit(c, &d, 4); }",
		"static inline struct r { int a; } f(void) { e.perf_submit(c, &d, 4); }",
		"static inline typeof((struct { int a; }){}) f(void) { e.perf_submit(c, &d, 4); }",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		assert_becomes(kept[i], kept[i]);
	assert_becomes("static inline int a(void) { } static inline int b(void) { e.perf_submit(c, &d, 4); }",
		       WITHOUT " int a(void) { } static inline int b(void) { e.perf_submit(c, &d, 4); }");
}

static void what_is_no_such_function_stays(void **state)
{
	static const char *const kept[] = {
		"static inline int f(void);\nint x = 1;",
		"int f(void) { return 0; }\nstatic int g(void) { return 0; }",
		"// static inline int f(void) { }\n/* static inline int g(void) { } */\n",
		"#define F static inline int f(void) { }\n",
		"char *s = \"static inline int f(void) { }\";",
		"",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		assert_becomes(kept[i], kept[i]);
}

/* What belongs to which function is not known then. */
static void a_text_whose_braces_are_not_in_pairs_stays(void **state)
{
	static const char *const kept[] = {
		"static inline int f(void) {\n#if A\nif (a) {\n#else\nif (b) {\n#endif\n}\n}\nstatic inline int "
		"g(void) { }",
		"static inline int f(void) { } }\nstatic inline int g(void) { }",
		"static inline int f(void) {",
		"static inline int f(void) {\nif (a) {\n#if A\nb(); }\n#else\nc(); }\n#endif\ne.perf_submit(c, &d, "
		"4);\n"
		"#if A\n{\n#else\n{\n#endif\n}\n}",
		"static inline int f(void) {\nif (a) {\n#if A\nb(); }\n#else\nc(); }\n#endif\n"
		"if (c) { e.perf_submit(c, &d, 4); }\n#if A\n{\n#else\n{\n#endif\n}\n}",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		assert_becomes(kept[i], kept[i]);
}

static void the_time_is_linear_in_the_length_of_the_text(void **state)
{
	static const char head[] = "static inline a ";
	enum { HEADS = 200000, LENGTH = sizeof(head) - 1 };
	BW_FREE char *text = calloc(HEADS, LENGTH + 1);
	clock_t start = clock();

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < HEADS; i++)
		memcpy(text + i * LENGTH, head, LENGTH);
	assert_becomes(text, text);
	assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 10);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_function_that_sends_no_event_has_no_debug_information),
	cmocka_unit_test(a_function_that_sends_one_keeps_it),
	cmocka_unit_test(what_is_no_such_function_stays),
	cmocka_unit_test(a_text_whose_braces_are_not_in_pairs_stays),
	cmocka_unit_test(the_time_is_linear_in_the_length_of_the_text),
};

UNIT_MODULE("compile/debug_info", NULL, NULL);
