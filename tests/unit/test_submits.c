/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "compile/submits.h"
#include "program/image.h"
#include "tests/unit/unit.h"

/* What stands between the wrapping's beginning and end in longer, with its first line taken off. */
static void assert_wrapped(const char *text, unsigned submits, const char *call, const char *type)
{
	BW_FREE char *longer = NULL, *expected = NULL;
	unsigned n = 0, lines = 0, lines_before = 0;

	assert_int_equal(bw_submits_wrap(text, true, &longer), 0);
	for (const char *p = strstr(longer, "int bccwatch_r"); p; p = strstr(p + 1, "int bccwatch_r"))
		n++;
	assert_int_equal(n, submits);
	for (const char *p = text; *p; p++)
		lines_before += *p == '\n';
	for (const char *p = longer; *p; p++)
		lines += *p == '\n';
	assert_int_equal(lines, lines_before + (strstr(text, "perf_submit") != NULL));
	if (!submits) {
		assert_string_equal(longer + (lines > lines_before ? strcspn(longer, "\n") + 1 : 0), text);
		return;
	}
	assert_true(asprintf(&expected, "int bccwatch_r = %s; if", call) > 0);
	assert_non_null(strstr(longer, expected));
	free(expected);
	assert_true(asprintf(&expected, "__typeof__(*(%s)), void)", type) > 0);
	assert_non_null(strstr(longer, expected));
}

/* Ring buffers: what reserves is counted where it fails, what submits tells the type. */
static void each_call_on_a_ring_buffer_is_wrapped(void **state)
{
	BW_FREE char *longer = NULL;

	(void)state;
	assert_int_equal(bw_submits_wrap("p = r.ringbuf_reserve(sizeof(*p));\nr.ringbuf_submit(p, 0);", true, &longer),
			 0);
	assert_non_null(strstr(longer, "p = ({  void * bccwatch_r = r.ringbuf_reserve(sizeof(*p)); if (!bccwatch_r)"));
	assert_non_null(strstr(longer, "__typeof__(*(p)), void)"));
	assert_non_null(strstr(longer, "r.ringbuf_submit(p, 0); });"));
	free(longer);
	assert_int_equal(bw_submits_wrap("r.ringbuf_output(&d, sizeof(d), 0);", true, &longer), 0);
	assert_non_null(strstr(longer, "int bccwatch_r = r.ringbuf_output(&d, sizeof(d), 0); if (0 > bccwatch_r)"));
	assert_non_null(strstr(longer, "int bccwatch_k = 0;")); /* a ring is always there */
	assert_non_null(strstr(longer, "__typeof__(*(&d)), void)"));
	free(longer);
	assert_int_equal(bw_submits_wrap("e.perf_submit(c, &s['\\0' /* x */\n+ 1], 8);", true, &longer), 0);
	assert_non_null(strstr(longer, "*(&s['\\0' + 1])"));
	free(longer);
	assert_int_equal(bw_submits_wrap("e.perf_submit(c, &s, 8);", false, &longer), 0);
	assert_null(strstr(longer, BW_LAYOUT_PREFIX));
	assert_non_null(strstr(longer, BW_REFUSED_TABLE ".lookup"));
	assert_non_null(strstr(longer, "int bccwatch_k = bccwatch_r == -2 || bccwatch_r == -95;"));
	free(longer);
	assert_int_equal(bw_submits_wrap("r.ringbuf_discard(p, 0);", true, &longer), 0);
	assert_null(strstr(longer, "bccwatch_r "));
}

static void each_perf_submit_is_wrapped_and_lines_keep_their_numbers(void **state)
{
	(void)state;
	assert_wrapped("f() { e.perf_submit(ctx, &d, sizeof(d)); }", 1, "e.perf_submit(ctx, &d, sizeof(d))", "&d");
	assert_wrapped("if (e . perf_submit (ctx, p->a[g(1, 2)], 4) < 0) x();", 1,
		       "e . perf_submit (ctx, p->a[g(1, 2)], 4)", "p->a[g(1, 2)]");
	assert_wrapped("e.perf_submit(ctx,\n  &d, // the event (all)\n  sizeof(d));\nx", 1,
		       "e.perf_submit(ctx,\n  &d, // the event (all)\n  sizeof(d))", "&d");
	assert_wrapped("e.perf_submit(ctx, /* ) */ (void *)&d, sizeof(struct { int x, y; }))", 1,
		       "e.perf_submit(ctx, /* ) */ (void *)&d, sizeof(struct { int x, y; }))", "(void *)&d");
	assert_wrapped("e.perf_submit(ctx, /* ) */ (void *)&d, 4);f.perf_submit(a, b, c)", 2, "f.perf_submit(a, b, c)",
		       "b");
	assert_wrapped("// e.perf_submit(ctx, &d, 4);\n#define S e.perf_submit(ctx, \\\r\n &d, 4)\n", 0, "", "");
	assert_wrapped("#define P \"/proc/*\"\n#define M 1 // see /* there\n#error don't\ne.perf_submit(c, &d, 4);", 1,
		       "e.perf_submit(c, &d, 4)", "&d");
	assert_wrapped("char *s = \"e.perf_submit(ctx, &d, 4)\";", 0, "", "");
	assert_wrapped("#define N 16 /* two\n lines ( */\ne.perf_submit(c, &d, 4);", 1, "e.perf_submit(c, &d, 4)",
		       "&d");
	assert_wrapped("e->perf_submit(ctx, &d, 4); perf_submit(a, b, c); e.perf_submit(a); e.perf_submit(a, b", 0, "",
		       "");
	assert_wrapped(".perf_submit(ctx, &d, 4); (*e).perf_submit(ctx, &d, 4); e[0].perf_submit(ctx, &d, 4);", 0, "",
		       "");
	assert_wrapped("e.perf_submit(ctx, &d, 4).perf_submit(a, b, c);", 1, "e.perf_submit(ctx, &d, 4)", "&d");
	assert_wrapped("", 0, "", "");
	assert_wrapped("/*", 0, "", "");
	assert_wrapped("'\\", 0, "", "");
	assert_wrapped("perf_submit(((", 0, "", "");
}

static void the_time_is_linear_in_the_length_of_the_text(void **state)
{
	static const char call[] = "e.perf_submit(a,";
	enum { CALLS = 200000, LENGTH = sizeof(call) - 1 };
	BW_FREE char *text = calloc(CALLS, LENGTH + 1), *longer = NULL;
	clock_t start = clock();

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < CALLS; i++)
		memcpy(text + i * LENGTH, call, LENGTH);
	assert_int_equal(bw_submits_wrap(text, true, &longer), 0);
	assert_string_equal(strchr(longer, '\n') + 1, text);
	assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 10);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_perf_submit_is_wrapped_and_lines_keep_their_numbers),
	cmocka_unit_test(each_call_on_a_ring_buffer_is_wrapped),
	cmocka_unit_test(the_time_is_linear_in_the_length_of_the_text),
};

UNIT_MODULE("compile/submits", NULL, NULL);
