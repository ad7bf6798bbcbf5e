/* SPDX-License-Identifier: Apache-2.0 */
/* From libbcc's description of a struct to a line. The descriptions are those that libbcc 0.26 gives. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "engine/describe.h"
#include "event/clock.h"
#include "event/text.h"
#include "event/value.h"
#include "tests/unit/unit.h"

static const struct bw_sentence by_field = {NULL, ""};
static const struct bw_sentence opened = {"opened file", ""};
static const struct bw_sentence killed = {"tried to open forbidden file", ", killed."};

/* The line of a sample without its time, in a static buffer. */
static const char *line_of(const char *json, const struct bw_sentence *sentence, const void *sample, size_t size)
{
	static char line[1 << 16];
	struct bw_layout layout;
	struct bw_text *text;
	struct bw_out out;

	assert_int_equal(bw_describe(json, &layout), 0);
	assert_int_equal(bw_layout_check(&layout), 0);
	assert_int_equal(bw_text_new(&text, &layout, sentence), 0);
	assert_int_equal(bw_out_init(&out, -1, bw_text_longest(text, size)), 0);
	bw_text_line(text, &out, sample, size);
	assert_true(out.len <= out.size && out.len > BW_CLOCK_LEN);
	assert_int_equal(out.buf[out.len - 1], '\n');
	snprintf(line, sizeof(line), "%.*s", (int)(out.len - BW_CLOCK_LEN - 1), out.buf + BW_CLOCK_LEN);
	bw_out_free(&out);
	bw_text_free(text);
	bw_describe_free(&layout);
	return line;
}

#define OPEN_EVENT                                                                                               \
	"[\"data_t\", [[\"ts\",\"unsigned long long\"], [\"pid\",\"unsigned int\"], [\"comm\",\"char\", [16]], " \
	"[\"__pad_3\",\"char\",[4]], [\"fname\",\"char\", [32]]], \"struct_packed\"]"

struct open_event {
	uint64_t ts;
	uint32_t pid;
	char comm[16];
	char fname[32] __attribute__((aligned(8)));
};

static void open_lines(void **state)
{
	struct open_event e = {.ts = 1, .pid = 812, .comm = "cat", .fname = "/etc/hosts"};

	(void)state;
	assert_string_equal(line_of(OPEN_EVENT, &by_field, &e, sizeof(e)), " PID=812 COMM=cat FILENAME=/etc/hosts");
	assert_string_equal(line_of(OPEN_EVENT, &opened, &e, sizeof(e)), " PID=812 COMM=cat opened file /etc/hosts");
	assert_string_equal(line_of(OPEN_EVENT, &killed, &e, sizeof(e)),
			    " PID=812 COMM=cat tried to open forbidden file /etc/hosts, killed.");
	snprintf(e.comm, sizeof(e.comm), "a\nb");
	snprintf(e.fname, sizeof(e.fname), "\x1b]0;x\\");
	assert_string_equal(line_of(OPEN_EVENT, &by_field, &e, sizeof(e)),
			    " PID=812 COMM=a\\nb FILENAME=\\x1b]0;x\\\\");
}

static void short_and_padded_samples(void **state)
{
	struct open_event e = {.pid = 1, .comm = "x", .fname = "abcdef"};
	char padded[sizeof(e) + 64];

	(void)state;
	/* Only the used bytes were sent; the NUL may be missing. */
	assert_string_equal(line_of(OPEN_EVENT, &by_field, &e, offsetof(struct open_event, fname) + 7),
			    " PID=1 COMM=x FILENAME=abcdef");
	assert_string_equal(line_of(OPEN_EVENT, &by_field, &e, offsetof(struct open_event, fname) + 3),
			    " PID=1 COMM=x FILENAME=abc");
	assert_string_equal(line_of(OPEN_EVENT, &by_field, &e, 12), " PID=1 COMM= FILENAME=");
	assert_string_equal(line_of(OPEN_EVENT, &by_field, &e, 11), " PID=? COMM= FILENAME=");
	assert_string_equal(line_of(OPEN_EVENT, &by_field, &e, 0), " PID=? COMM= FILENAME=");
	memset(padded, 0xab, sizeof(padded));
	memcpy(padded, &e, sizeof(e));
	assert_string_equal(line_of(OPEN_EVENT, &by_field, padded, sizeof(e) + 7), " PID=1 COMM=x FILENAME=abcdef");
	assert_string_equal(line_of(OPEN_EVENT, &by_field, padded, sizeof(e) + 8),
			    " PID=1 COMM=x FILENAME=abcdef REST=0xabababababababab");
}

static void samples_of_any_alignment(void **state)
{
	char raw[sizeof(struct open_event) + 8];
	struct open_event e = {.pid = 77, .comm = "x", .fname = "f"};

	(void)state;
	for (size_t shift = 0; shift < 8; shift++) {
		memcpy(raw + shift, &e, sizeof(e));
		assert_string_equal(line_of(OPEN_EVENT, &by_field, raw + shift, sizeof(e)),
				    " PID=77 COMM=x FILENAME=f");
	}
}

/* Every type that libbcc names, in one struct. */
static void every_type(void **state)
{
	static const char json[] =
		"[\"all\", [[\"c\",\"char\"], [\"sc\",\"signed char\"], [\"uc\",\"unsigned char\"], [\"b\",\"_Bool\"], "
		"[\"s\",\"short\"], [\"us\",\"unsigned short\"], [\"i\",\"int\"], [\"ui\",\"unsigned int\"], "
		"[\"l\",\"long\"], [\"ul\",\"unsigned long\"], [\"ll\",\"long long\"], "
		"[\"ull\",\"unsigned long long\"], [\"wide\",\"unsigned __int128\"], [\"a\",\"int\", [3]], "
		"[\"one\",\"unsigned char\", [1]], [\"t\",\"char\", [4]]], \"struct_packed\"]";
	struct __attribute__((packed)) {
		char c;
		signed char sc;
		unsigned char uc;
		_Bool b;
		short s;
		unsigned short us;
		int i;
		unsigned ui;
		long l;
		unsigned long ul;
		long long ll;
		unsigned long long ull;
		unsigned char wide[16];
		int a[3];
		unsigned char one[1];
		char t[4];
	} e = {'A',
	       -128,
	       255,
	       1,
	       -32768,
	       65535,
	       INT32_MIN,
	       UINT32_MAX,
	       INT64_MIN,
	       UINT64_MAX,
	       -1,
	       UINT64_MAX,
	       {1, 2, [15] = 0xf0},
	       {-1, 0, 7},
	       {9},
	       {'f', 'u', 'l', 'l'}};

	(void)state;
	assert_string_equal(line_of(json, &by_field, &e, sizeof(e)),
			    " C='A' SC=-128 UC=255 B=true S=-32768 US=65535 I=-2147483648 UI=4294967295"
			    " L=-9223372036854775808 UL=18446744073709551615 LL=-1 ULL=18446744073709551615"
			    " WIDE=0x010200000000000000000000000000f0 A=[-1,0,7] ONE=[9] T=full");
	e.c = '\n';
	e.b = 0;
	assert_non_null(strstr(line_of(json, &by_field, &e, sizeof(e)), " C=10 SC=-128 UC=255 B=false"));
}

static void nested_structs_and_unions(void **state)
{
	/* struct { u32 pid; struct { s16 x; char n[2]; } in[2]; union { u32 u; u8 b[4]; } ; } */
	static const char json[] =
		"[\"n\", [[\"pid\",\"unsigned int\"], [\"in\",[\"i\", [[\"x\",\"short\"], [\"n\",\"char\", [2]]], "
		"\"struct_packed\"], [2]], [\"\", [[\"u\",\"unsigned int\"], [\"b\",\"unsigned char\", [4]]], "
		"\"union\"]], \"struct_packed\"]";
	const unsigned char e[] = {5, 0, 0, 0, 0xff, 0xff, 'a', 'b', 2, 0, 'c', 0, 1, 2, 0, 0};

	(void)state;
	assert_string_equal(line_of(json, &by_field, e, sizeof(e)),
			    " PID=5 IN=[{x=-1 n=ab},{x=2 n=c}] {u=513 b=[1,2,0,0]}");
}

/* Bit fields have no paddings spelled out, and are not understood; C's alignment holds for the rest. */
static void unpacked_structs_are_aligned(void **state)
{
	static const char json[] = "[\"o\", [[\"a\",\"unsigned char\"], [\"b\",\"unsigned int\"], "
				   "[\"c\",\"unsigned char\"]], \"struct\"]";
	const unsigned char e[12] = {1, 0, 0, 0, 2, 0, 0, 0, 3};
	struct bw_layout layout;

	(void)state;
	assert_string_equal(line_of(json, &by_field, e, sizeof(e)), " A=1 B=2 C=3");
	assert_int_equal(bw_describe("[\"o\", [[\"a\",\"unsigned int\", 3]], \"struct\"]", &layout), -EINVAL);
}

static void hostile_descriptions(void **state)
{
	static const char *const bad[] = {
		"",
		"[",
		"{}",
		"7",
		"\"int\"",
		"[]",
		"[1,2,3]",
		"[\"s\"]",
		"[\"s\", [], 5]",
		"[\"s\", 5, \"struct\"]",
		"[\"s\", [[]], \"struct\"]",
		"[\"s\", [[\"a\"]], \"struct\"]",
		"[\"s\", [[\"a\",\"float\"]], \"struct\"]",
		"[\"s\", [[5,\"int\"]], \"struct\"]",
		"[\"s\", [[\"a\",\"int\",[1,2]]], \"struct\"]",
		"[\"s\", [[\"a\",\"int\",[99999999]]], \"struct_packed\"]",
		"[\"s\", [[\"a\",[\"t\"]]], \"struct\"]",
		"[\"s\", [[\"a\",\"int\",\"x\",4]], \"struct\"]",
	};
	BW_FREE char *deep = malloc(100000);
	struct bw_layout layout;
	size_t n = 0;

	(void)state;
	assert_int_equal(bw_describe(NULL, &layout), -EINVAL);
	for (size_t i = 0; i < LENGTH(bad); i++)
		assert_int_equal(bw_describe(bad[i], &layout), -EINVAL);
	for (int i = 0; i < 24; i++)
		n += (size_t)sprintf(deep + n, "[\"s\", [[\"a\",");
	n += (size_t)sprintf(deep + n, "\"int\"");
	for (int i = 0; i < 24; i++)
		n += (size_t)sprintf(deep + n, "]], \"struct\"]");
	assert_int_equal(bw_describe(deep, &layout), -EINVAL);
	n = (size_t)sprintf(deep, "[\"s\", [");
	for (int i = 0; i < 5000; i++)
		n += (size_t)sprintf(deep + n, "%s[\"a\",\"char\"]", i ? "," : "");
	sprintf(deep + n, "], \"struct\"]");
	assert_int_equal(bw_describe(deep, &layout), -EINVAL);
}

static void hostile_layouts(void **state)
{
	static const struct {
		struct bw_field f;
		uint32_t size;
	} bad[] = {
		{{"a", BW_KINDS, 0, 4, 1, 0, false}, 4},
		{{"a", BW_UNSIGNED, 0, 3, 1, 0, false}, 4},
		{{"a", BW_UNSIGNED, 1, 4, 1, 0, false}, 4},
		{{"a", BW_UNSIGNED, UINT32_MAX, 4, 1, 0, false}, 4},
		{{"a", BW_UNSIGNED, 0, 4, UINT32_MAX, 0, true}, 4},
		{{"a", BW_UNSIGNED, 0, 4, 2, 0, false}, 8},
		{{"a", BW_UNSIGNED, 0, 4, 1, 1, false}, 4},
		{{"a", BW_STRUCT, 0, 4, 1, 1, false}, 4},
		{{"a", BW_STRUCT, 0, 0, UINT32_MAX, 0, true}, 4},
		{{"a", BW_BYTES, 0, 1 << 20, 1, 0, false}, 1 << 20},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		struct bw_layout layout = {&bad[i].f, 1, bad[i].size};

		assert_int_equal(bw_layout_check(&layout), -EINVAL);
	}
}

static void unknown_layout_shows_bytes(void **state)
{
	const struct bw_layout none = {0};
	struct bw_text *text;
	struct bw_out out;

	(void)state;
	assert_int_equal(bw_text_new(&text, &none, &by_field), 0);
	assert_int_equal(bw_out_init(&out, -1, bw_text_longest(text, 3)), 0);
	bw_text_line(text, &out, "\x01\x02\xff", 3);
	assert_memory_equal(out.buf + BW_CLOCK_LEN, " REST=0x0102ff\n", 15);
	bw_out_free(&out);
	bw_text_free(text);
}

static void the_time_is_the_walls(void **state)
{
	struct bw_clock clock = {0};
	char got[BW_CLOCK_LEN + 1] = "", expected[16];
	time_t before;

	(void)state;
	setenv("TZ", "Asia/Kathmandu", 1);
	tzset();
	do {
		before = time(NULL);
		bw_clock_put(&clock, got, bw_clock_now());
	} while (time(NULL) != before);
	strftime(expected, sizeof(expected), "%H:%M:%S", localtime(&before));
	assert_string_equal(got, expected);
	/* An event of another second is not shown with this one's. */
	bw_clock_put(&clock, got, bw_clock_now() - 5000000000ULL);
	before -= 5;
	strftime(expected, sizeof(expected), "%H:%M:%S", localtime(&before));
	assert_string_equal(got, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_lines),
		cmocka_unit_test(short_and_padded_samples),
		cmocka_unit_test(samples_of_any_alignment),
		cmocka_unit_test(every_type),
		cmocka_unit_test(nested_structs_and_unions),
		cmocka_unit_test(unpacked_structs_are_aligned),
		cmocka_unit_test(hostile_descriptions),
		cmocka_unit_test(hostile_layouts),
		cmocka_unit_test(unknown_layout_shows_bytes),
		cmocka_unit_test(the_time_is_the_walls),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
