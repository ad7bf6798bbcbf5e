/* SPDX-License-Identifier: Apache-2.0 */

#include "compile/map_display.h"
#include "tests/unit/unit.h"

static void the_kind_of_a_histogram_is_known_from_the_source(void **state)
{
	static const char text[] =
		"BPF_HISTOGRAM(a);BPF_HISTOGRAM(b, int, 8); BPF_HISTOGRAM( c, struct k );\n"
		"BPF_TABLE(\"histogram\", int, u64, d, 4); BPF_HASH(e); // BPF_HISTOGRAM(f)\n"
		"BPF_HISTOGRAM(g); BPF_HISTOGRAM(h);\n"
		"x() { a.increment(bpf_log2l(n)); b.increment(n & 7);\n"
		" struct k key = {.slot = bpf_log2(v)}; c.atomic_increment(key); d.increment(index);\n"
		" int l = bpf_log2l(q); g.increment(l); u64 *p = h.lookup(&w); }";

	(void)state;
	assert_int_equal(bw_map_display_of(text, "a"), BW_DISPLAY_LOG2);
	assert_int_equal(bw_map_display_of(text, "b"), BW_DISPLAY_LINEAR);
	assert_int_equal(bw_map_display_of(text, "c"), BW_DISPLAY_LOG2);
	assert_int_equal(bw_map_display_of(text, "d"), BW_DISPLAY_LINEAR);
	assert_int_equal(bw_map_display_of(text, "e"), BW_DISPLAY_TABLE);
	assert_int_equal(bw_map_display_of(text, "f"), BW_DISPLAY_TABLE);
	assert_int_equal(bw_map_display_of(text, "g"), BW_DISPLAY_LOG2);
	assert_int_equal(bw_map_display_of(text, "h"), BW_DISPLAY_LOG2); /* by a pointer: any log2 of the source */
	assert_int_equal(bw_map_display_of("BPF_HISTOGRAM(a", "a"), BW_DISPLAY_LINEAR);
	assert_int_equal(bw_map_display_of("", "a"), BW_DISPLAY_TABLE);
	assert_true(bw_map_display_is_declared("BPF_PERF_ARRAY(cycles, 4);", "BPF_PERF_ARRAY", "cycles"));
	assert_false(bw_map_display_is_declared("// BPF_PERF_ARRAY(cycles, 4);", "BPF_PERF_ARRAY", "cycles"));
	assert_false(bw_map_display_is_declared("BPF_PERF_OUTPUT(cycles); BPF_PERF_ARRAY(c, 4);", "BPF_PERF_ARRAY",
						"cycles"));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_kind_of_a_histogram_is_known_from_the_source),
};

UNIT_MODULE("compile/map_display", NULL, NULL);
