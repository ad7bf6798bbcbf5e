/* SPDX-License-Identifier: Apache-2.0 */
/* From what clang knows of a type to a line. types.h is compiled for BPF too, with its types as BTF. */
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
#include "event/histogram.h"
#include "event/json.h"
#include "event/order.h"
#include "event/table.h"
#include "event/text.h"
#include "event/value.h"
#include "tests/unit/types.h"
#include "tests/unit/unit.h"

static const struct bw_sentence by_field = {.after = ""};
static const struct bw_sentence in_table = {.lead = "events", .after = ""};
static const struct bw_sentence opened = {.before = "opened file", .after = ""};
static const struct bw_sentence blocked = {.before = "tried to open forbidden file", .after = ",", .then = "outcome"};

static struct btf *types;

static int load_types(void **state)
{
	(void)state;
	types = btf__parse_elf("build/types.bpf.o", NULL);
	return types && (intptr_t)types > 0 ? 0 : -1;
}

static int free_types(void **state)
{
	(void)state;
	btf__free(types);
	return 0;
}

static int layout_of(const char *type, struct bw_layout *layout)
{
	int id = btf__find_by_name_kind(types, type, BTF_KIND_STRUCT);

	if (id < 0)
		id = btf__find_by_name_kind(types, type, BTF_KIND_TYPEDEF);
	assert_true(id > 0);
	return bw_describe(types, (uint32_t)id, layout);
}

/* The line of a sample without its time, in a static buffer. */
static const char *line_of(const char *type, const struct bw_sentence *sentence, const void *sample, size_t size)
{
	static char line[1 << 16];
	struct bw_layout layout;
	struct bw_text *text;
	struct bw_out out;

	assert_int_equal(layout_of(type, &layout), 0);
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

#define OPEN_EVENT "open_event"

static void an_open_is_printed_as_a_line(void **state)
{
	struct open_event e = {.ts = bw_clock_now() + 500000000, .pid = 812, .comm = "cat", .fname = "/etc/hosts"};

	(void)state;
	assert_string_equal(line_of(OPEN_EVENT, &by_field, &e, sizeof(e)), " PID=812 COMM=cat FILENAME=/etc/hosts");
	assert_string_equal(line_of(OPEN_EVENT, &opened, &e, sizeof(e)), " PID=812 COMM=cat opened file /etc/hosts");
	assert_string_equal(line_of(OPEN_EVENT, &in_table, &e, sizeof(e)),
			    " events PID=812 COMM=cat FILENAME=/etc/hosts");
	/* A time that is none, before this run and after now. */
	e.ts = 17;
	assert_string_equal(line_of(OPEN_EVENT, &by_field, &e, sizeof(e)),
			    " PID=812 COMM=cat FILENAME=/etc/hosts TS=17");
	e.ts = UINT64_MAX;
	assert_string_equal(line_of(OPEN_EVENT, &by_field, &e, sizeof(e)),
			    " PID=812 COMM=cat FILENAME=/etc/hosts TS=18446744073709551615");
	e.ts = 0;
	snprintf(e.comm, sizeof(e.comm), "a\nb");
	snprintf(e.fname, sizeof(e.fname), "\x1b]0;x\\");
	assert_string_equal(line_of(OPEN_EVENT, &by_field, &e, sizeof(e)),
			    " PID=812 COMM=a\\nb FILENAME=\\x1b]0;x\\\\");
}

/* What was tried is a field; a source without it knows of opens alone. */
static void an_operation_is_printed_in_a_line_of_block(void **state)
{
	static const struct bw_sentence tried = {
		.before = "tried to", .verb = "operation", .object = "forbidden file", .after = ",", .then = "outcome"};
	const struct tried_event mount = {1, "mount", "mount on", "denied.", "/a b"};
	const struct block_event open = {.pid = 812, .comm = "cat", .outcome = "killed.", .uid = 7, .fname = "/x"};

	(void)state;
	assert_string_equal(line_of("tried_event", &tried, &mount, sizeof(mount)),
			    " PID=1 COMM=mount tried to mount on forbidden file \"/a b\", denied.");
	assert_string_equal(line_of("block_event", &tried, &open, sizeof(open)),
			    " PID=812 COMM=cat tried to open forbidden file /x, killed. UID=7");
}

/* What became of it stands behind the name, and once only; it is as hostile as all else. */
static void an_outcome_is_printed_in_a_line_of_block(void **state)
{
	struct block_event e = {.pid = 812, .comm = "cat", .outcome = "killed.", .uid = 7, .fname = "/etc/hosts"};

	(void)state;
	assert_string_equal(line_of("block_event", &blocked, &e, sizeof(e)),
			    " PID=812 COMM=cat tried to open forbidden file /etc/hosts, killed. UID=7");
	snprintf(e.outcome, sizeof(e.outcome), "x\x1b");
	assert_string_equal(line_of("block_event", &blocked, &e, sizeof(e)),
			    " PID=812 COMM=cat tried to open forbidden file /etc/hosts, x\\x1b UID=7");
	/* A source that has no such field. */
	assert_string_equal(
		line_of(OPEN_EVENT, &blocked, &(struct open_event){.pid = 1, .fname = "/x"}, sizeof(struct open_event)),
		" PID=1 COMM= tried to open forbidden file /x,");
}

/* The object's members behind "event", of an event of the type; in a static buffer. */
static const char *json_of(const char *type, const void *sample, size_t size)
{
	static char line[1 << 16];
	struct bw_layout layout;
	struct bw_json *json;
	struct bw_out out;
	const char *event;

	assert_int_equal(layout_of(type, &layout), 0);
	assert_int_equal(bw_json_new(&json, "events", &layout), 0);
	assert_int_equal(bw_out_init(&out, -1, bw_json_line_longest(json, size)), 0);
	bw_json_line(json, &out, sample, size);
	assert_true(out.len <= out.size);
	assert_int_equal(out.buf[out.len - 1], '\n');
	assert_memory_equal(out.buf, "{\"time\":\"20", 11);
	assert_int_equal(out.buf[9 + BW_CLOCK_ISO_LEN], '"');
	event = strstr(out.buf, ",\"table\":\"events\",\"event\":");
	assert_non_null(event);
	event += strlen(",\"table\":\"events\",\"event\":");
	snprintf(line, sizeof(line), "%.*s", (int)(out.len - (size_t)(event - out.buf) - 1), event);
	bw_out_free(&out);
	bw_json_free(json);
	bw_describe_free(&layout);
	return line;
}

static void an_event_is_printed_as_json(void **state)
{
	struct open_event e = {.ts = 5, .pid = 812, .comm = "a\"b\\", .fname = "/\x1b[1m\xc3\xa9"};
	struct nested n = {.pid = 1, .in = {{2, "ab"}, {-3, "c\xff"}}, .u = 0x01020304, .deep.q = (char *)0x10};
	struct dimensions d = {.grid = {{1, 2, 3}, {4, 5, 6}}, .names = {"ab", "\xfe"}};
	const char hostile[] = {'a', '\xff', '\xe2', '\x80', '\xae', 'b', '\0'}; /* U+202E reorders a line */
	struct every_type t = {.c = 'x', .sc = -1, .b = 1, .ull = UINT64_MAX, .l = -2, .t = "abcd", .mood = CALM};

	(void)state;
	assert_string_equal(json_of(OPEN_EVENT, &e, sizeof(e)),
			    "{\"ts\":5,\"pid\":812,\"comm\":\"a\\\"b\\\\\",\"fname\":\"/\\u001b[1m\xc3\xa9\"}}");
	memcpy(e.fname, hostile, sizeof(hostile));
	assert_string_equal(json_of(OPEN_EVENT, &e, sizeof(e)),
			    "{\"ts\":5,\"pid\":812,\"comm\":\"a\\\"b\\\\\",\"fname\":\"a\\ufffd\\u202eb\","
			    "\"fname_hex\":\"0x61ffe280ae62\"}}");
	/* Not all was sent, and more than all. */
	assert_string_equal(json_of(OPEN_EVENT, &e, 11), "{\"ts\":5,\"pid\":null,\"comm\":\"\",\"fname\":\"\"}}");
	assert_non_null(strstr(json_of("bits", (char[64]){0}, 64), "},\"rest\":\"0x0000"));
	assert_string_equal(
		json_of("nested", &n, sizeof(n)),
		"{\"pid\":1,\"in\":[{\"x\":2,\"n\":\"ab\"},{\"x\":-3,\"n\":\"c\\ufffd\",\"n_hex\":\"0x63ff\"}],"
		"\"u\":16909060,\"b\":[4,3,2,1],\"deep\":{\"q\":\"0x10\"}}}");
	assert_non_null(strstr(
		json_of("dimensions", &d, sizeof(d)),
		"{\"grid\":[[1,2,3],[4,5,6]],\"names\":[\"ab\",\"\\ufffd\"],\"names_hex\":\"0x61620000fe000000\""));
	assert_non_null(strstr(json_of("every_type", &t, sizeof(t)), "\"b\":true"));
	assert_non_null(strstr(json_of("every_type", &t, sizeof(t)), "\"ull\":18446744073709551615"));
	assert_non_null(strstr(json_of("every_type", &t, sizeof(t)), "\"mood\":-1"));
	/* Whatever the bytes are, it fits: ASan watches. */
	memset(&t, 0xff, sizeof(t));
	for (size_t size = 0; size <= sizeof(t); size++)
		json_of("every_type", &t, size);
	memset(&d, 0xff, sizeof(d));
	for (size_t size = 0; size <= sizeof(d); size++)
		json_of("dimensions", &d, size);
	memset(&n, 0x01, sizeof(n));
	json_of("nested", &n, sizeof(n));
}

/* struct { u32 a; struct {}; u32 b; struct {}; } */
static void an_empty_struct_is_printed_as_json(void **state)
{
	struct bw_field fields[] = {{.name = "a", .kind = BW_UNSIGNED, .size = 4, .count = 1},
				    {.name = "", .kind = BW_STRUCT, .offset = 4, .count = 1},
				    {.name = "b", .kind = BW_UNSIGNED, .offset = 4, .size = 4, .count = 1},
				    {.name = "", .kind = BW_STRUCT, .offset = 8, .count = 1}};
	const struct bw_layout layout = {fields, 4, 8};
	const uint32_t data[] = {1, 2};
	char text[256];

	(void)state;
	text[bw_json_value(text, &layout, data, sizeof(data))] = '\0';
	assert_string_equal(text, "{\"a\":1,\"b\":2}");
}

/* What was written, with the time taken off the first line; in a static buffer. */
static const char *shown(char **text, FILE *out)
{
	static char copy[1 << 14];

	fclose(out);
	snprintf(copy, sizeof(copy), "%s", **text == '{' ? strstr(*text, "\"table\"") : *text + BW_CLOCK_LEN + 1);
	free(*text);
	return copy;
}

static const struct bw_field eight = {.name = "", .kind = BW_UNSIGNED, .size = 8, .count = 1};
static const struct bw_field four = {.name = "", .kind = BW_UNSIGNED, .size = 4, .count = 1};

static void a_map_is_printed_as_a_table(void **state)
{
	static const struct bw_field key[] = {
		{.name = "pid", .kind = BW_UNSIGNED, .size = 4, .count = 1},
		{.name = "comm", .kind = BW_CHAR, .offset = 4, .size = 1, .count = 12, .n_dims = 1, .dims = {12}}};
	struct {
		u32 pid;
		char comm[12];
		u64 value;
	} rows[] = {{12, "cat", 40}, {8121, "a\nb", 3}, {7, "vim", 3}};
	struct bw_table t = {"counts", {key, 2, 16}, {&eight, 1, 8}, 16, 8, 0};
	struct bw_rows r = {(char *)rows, 3};
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	bw_table_sort(&t, &r);
	bw_table_text(&t, &r, 1, out);
	assert_string_equal(shown(&text, out), "counts, 3 entries\n PID COMM VALUE\n   7 vim      3\n"
					       "8121 a\\nb     3\n  12 cat     40\n");
	out = open_memstream(&text, &len);
	bw_table_json(&t, &(struct bw_rows){(char *)rows, 1}, 1, out);
	assert_string_equal(shown(&text, out),
			    "\"table\":\"counts\",\"key\":{\"pid\":7,\"comm\":\"vim\"},\"value\":3}\n");
	/* Bytes of no known type, and none at all. */
	t.key = (struct bw_layout){NULL, 0, 16};
	out = open_memstream(&text, &len);
	bw_table_text(&t, &(struct bw_rows){(char *)rows, 1}, 1, out);
	assert_string_equal(shown(&text, out), "counts, 1 entry\nKEY                                VALUE\n"
					       "0x0700000076696d000000000000000000     3\n");
	out = open_memstream(&text, &len);
	bw_table_text(&t, &(struct bw_rows){NULL, 0}, 1, out);
	assert_string_equal(shown(&text, out), "counts, 0 entries\n");
}

/* Numbers of several CPUs are added up; other values stand side by side. */
static void a_map_per_cpu_is_printed_as_a_table(void **state)
{
	static const struct bw_field pair[] = {{.name = "a", .kind = BW_SIGNED, .size = 4, .count = 1},
					       {.name = "p", .kind = BW_POINTER, .offset = 8, .size = 8, .count = 1}};
	struct {
		u32 key, pad;
		u64 values[4];
	} rows[] = {{1, 0, {9, 0, 1, 16}}, {2, 0, {UINT32_MAX, 0, 0, 0}}};
	struct bw_table t = {"n", {&four, 1, 4}, {&eight, 1, 8}, 4, 8, 4};
	struct bw_rows r = {(char *)rows, 1};
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	bw_table_sort(&t, &r);
	bw_table_text(&t, &r, 1, out);
	assert_string_equal(shown(&text, out), "n, 1 entry\nKEY VALUE\n  1    26\n");
	rows[0].values[0] = 9;
	t = (struct bw_table){"n", {&four, 1, 4}, {pair, 2, 16}, 4, 16, 2};
	r.n = 2;
	bw_table_sort(&t, &r);
	out = open_memstream(&text, &len);
	bw_table_text(&t, &r, 1, out);
	assert_string_equal(shown(&text, out),
			    "n, 2 entries\nKEY A@0 P@0 A@1 P@1\n  2  -1 0x0   0 0x0\n  1   9 0x0   1 0x10\n");
	out = open_memstream(&text, &len);
	bw_table_json(&t, &(struct bw_rows){(char *)(rows + 1), 1}, 1, out);
	assert_string_equal(
		shown(&text, out),
		"\"table\":\"n\",\"key\":1,\"values\":[{\"a\":9,\"p\":\"0x0\"},{\"a\":1,\"p\":\"0x10\"}]}\n");
}

static void a_histogram_is_printed(void **state)
{
	static const struct bw_field key[] = {
		{.name = "disk", .kind = BW_CHAR, .size = 1, .count = 8, .n_dims = 1, .dims = {8}},
		{.name = "slot", .kind = BW_UNSIGNED, .offset = 8, .size = 8, .count = 1}};
	struct {
		u32 slot, pad;
		u64 n;
	} rows[] = {{1, 0, 1}, {3, 0, 4}};
	struct {
		char disk[8];
		u64 slot, n;
	} sections[] = {{"sda", 2, 5}, {"sdb", 0, 1}, {"sda", 1, 10}, {"sda", UINT64_MAX, 2}};
	struct bw_table t = {"dist", {&four, 1, 4}, {&eight, 1, 8}, 4, 8, 0};
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_true(bw_histogram_fits(&t));
	bw_histogram_text(&t, &(struct bw_rows){(char *)rows, 2}, true, 1, out);
	assert_string_equal(shown(&text, out),
			    "dist\n     value               : count     distribution\n"
			    "         0 -> 1          : 1        |**********                              |\n"
			    "         2 -> 3          : 0        |                                        |\n"
			    "         4 -> 7          : 4        |****************************************|\n");
	out = open_memstream(&text, &len);
	bw_histogram_json(&t, &(struct bw_rows){(char *)rows, 1}, true, 1, out);
	assert_string_equal(shown(&text, out), "\"table\":\"dist\",\"histogram\":\"log2\",\"buckets\":"
					       "[{\"low\":0,\"high\":1,\"count\":1}],\"beyond\":0}\n");
	rows[1].slot = 40;
	out = open_memstream(&text, &len);
	bw_histogram_text(&t, &(struct bw_rows){(char *)rows, 2}, true, 1, out);
	assert_non_null(strstr(shown(&text, out),
			       "        549755813888 -> 1099511627775        : 4        |********************|\n"));
	t = (struct bw_table){"dist", {key, 2, 16}, {&eight, 1, 8}, 16, 8, 0};
	out = open_memstream(&text, &len);
	bw_histogram_text(&t, &(struct bw_rows){(char *)sections, 4}, false, 1, out);
	assert_string_equal(shown(&text, out),
			    "dist\n\ndisk = sda\n     value         : count     distribution\n"
			    "        0          : 0        |                                        |\n"
			    "        1          : 10       |****************************************|\n"
			    "        2          : 5        |********************                    |\n"
			    "2 in slots below 0 or above 65535\n"
			    "\ndisk = sdb\n     value         : count     distribution\n"
			    "        0          : 1        |****************************************|\n");
	t.value = (struct bw_layout){NULL, 0, 8};
	assert_false(bw_histogram_fits(&t));
}

/* Slots that log2 can't have; sections that are structs, or bits beside the slot's. */
static void a_histogram_with_an_unusual_key_is_printed(void **state)
{
	static const struct bw_field nested[] = {
		{.name = "in", .kind = BW_STRUCT, .size = 4, .count = 1, .below = 1},
		{.name = "a", .kind = BW_UNSIGNED, .size = 4, .count = 1},
		{.name = "slot", .kind = BW_UNSIGNED, .offset = 4, .size = 4, .count = 1}};
	static const struct bw_field bits[] = {
		{.name = "cpu", .kind = BW_UNSIGNED, .size = 4, .count = 1, .bits = 4},
		{.name = "slot", .kind = BW_UNSIGNED, .size = 4, .count = 1, .bits = 28, .shift = 4}};
	struct {
		u32 a, slot;
		u64 n;
	} rows[] = {{7, 1, 1}, {8, 70, 4}};
	struct bw_table t = {"dist", {nested, 3, 8}, {&eight, 1, 8}, 8, 8, 0};
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	bw_histogram_json(&t, &(struct bw_rows){(char *)rows, 2}, true, 1, out);
	assert_non_null(strstr(shown(&text, out), "\"section\":{\"in\":{\"a\":7}}"));
	rows[0].a = 8, rows[0].slot = 1, rows[0].n = 1; /* they were sorted */
	out = open_memstream(&text, &len);
	bw_histogram_text(&t, &(struct bw_rows){(char *)rows, 2}, true, 1, out);
	assert_non_null(strstr(shown(&text, out), "\n4 in slots below 0 or above 64\n"));
	t.key = (struct bw_layout){bits, 2, 8};
	rows[0].a = 1 << 4 | 1, rows[1].a = 1 << 4 | 2;
	rows[0].slot = rows[1].slot = 0;
	out = open_memstream(&text, &len);
	bw_histogram_json(&t, &(struct bw_rows){(char *)rows, 2}, true, 1, out);
	assert_non_null(strstr(shown(&text, out), "\"section\":{\"cpu\":1}"));
}

static void short_and_padded_samples_are_decoded(void **state)
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
	assert_string_equal(line_of(OPEN_EVENT, &by_field, padded, sizeof(e)), " PID=1 COMM=x FILENAME=abcdef");
	assert_string_equal(line_of(OPEN_EVENT, &by_field, padded, sizeof(e) + 1),
			    " PID=1 COMM=x FILENAME=abcdef REST=0xab");
	assert_string_equal(line_of(OPEN_EVENT, &by_field, padded, sizeof(e) + 8),
			    " PID=1 COMM=x FILENAME=abcdef REST=0xabababababababab");
}

static void samples_of_any_alignment_are_decoded(void **state)
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

/* Every type that an event can have. */
static void every_basic_type_is_decoded(void **state)
{
	struct every_type e = {
		.c = 'A',
		.sc = -128,
		.uc = 255,
		.b = 1,
		.s = -32768,
		.us = 65535,
		.i = INT32_MIN,
		.ui = UINT32_MAX,
		.l = INT64_MIN,
		.ul = UINT64_MAX,
		.ll = -1,
		.ull = UINT64_MAX,
		.wide = (unsigned __int128)0xf0 << 120 | 0x0201,
		.mood = CALM,
		.a = {-1, 0, 7},
		.one = {9},
		.t = {'f', 'u', 'l', 'l'},
		.p = (void *)0xabcd,
	};

	(void)state;
	assert_string_equal(
		line_of("every_type", &by_field, &e, sizeof(e)),
		" C='A' SC=-128 UC=255 B=true S=-32768 US=65535 I=-2147483648 UI=4294967295"
		" L=-9223372036854775808 UL=18446744073709551615 LL=-1 ULL=18446744073709551615"
		" WIDE=0x010200000000000000000000000000f0 MOOD=-1 A=[-1,0,7] ONE=[9] T=full P=0xabcd F=0x0");
	e.c = '\n';
	e.b = 0;
	assert_non_null(strstr(line_of("every_type", &by_field, &e, sizeof(e)), " C=10 SC=-128 UC=255 B=false"));
}

static void nested_structs_and_unions_are_decoded(void **state)
{
	struct nested e = {.pid = 5, .in = {{-1, "ab"}, {2, "c"}}, .u = 513, .deep = {(const char *)0x10}};

	(void)state;
	assert_string_equal(line_of("nested", &by_field, &e, sizeof(e)),
			    " PID=5 IN=[{x=-1 n=ab},{x=2 n=c}] {u=513 b=[1,2,0,0]} DEEP={q=0x10}");
}

static void arrays_of_arrays_are_decoded(void **state)
{
	struct dimensions e = {
		.grid = {{1, 2, 3}, {4, 5, 6}},
		.names = {{"ab"}, {"full"}},
		.many = {{{{{{1, 2}, {3, 4}}}}}},
	};

	(void)state;
	assert_string_equal(line_of("dimensions", &by_field, &e, sizeof(e)),
			    " GRID=[[1,2,3],[4,5,6]] NAMES=[ab,full] NONE=[] MANY=[[[[1,2,3,4]]]] TAIL=");
}

static void bit_fields_are_decoded(void **state)
{
	struct bits e = {.a = 1, .b = -2, .c = 1ULL << 39 | 5, .d = 1, .e = 7};
	struct across x = {.a = 15, .b = 0x7fffffff, .c = 3};

	(void)state;
	assert_string_equal(line_of("bits", &by_field, &e, sizeof(e)), " A=1 B=-2 C=549755813893 D=true E=7");
	assert_non_null(strstr(line_of("across", &by_field, &x, sizeof(x)), " A=15 B=0xf"));
	assert_non_null(strstr(line_of("across", &by_field, &x, sizeof(x)), " C=3"));
}

static void paddings_are_not_shown(void **state)
{
	const unsigned char e[12] = {1, 9, 9, 9, 2, 0, 0, 0, 3, 9, 9, 9};

	(void)state;
	assert_string_equal(line_of("aligned", &by_field, e, sizeof(e)), " A=1 B=2 C=3");
}

static void an_event_need_not_be_a_struct(void **state)
{
	(void)state;
	assert_string_equal(line_of("number", &by_field, &(u32){77}, 4), " 77");
}

static void a_type_that_can_be_no_event_is_refused(void **state)
{
	struct bw_layout layout;
	int c = btf__find_by_name_kind(types, "char", BTF_KIND_INT);

	(void)state;
	assert_int_equal(layout_of("huge", &layout), -EINVAL);
	assert_int_equal(bw_describe(types, 0, &layout), -EINVAL);
	assert_int_equal(bw_describe(types, 99999, &layout), -EINVAL);
	assert_true(c > 0);
	assert_int_equal(bw_describe(types, (uint32_t)c, &layout), -EINVAL);
}

static void a_hostile_layout_is_refused(void **state)
{
	static const struct {
		struct bw_field f;
		uint32_t size;
	} bad[] = {
		{{"a", BW_KINDS, 0, 4, 1, 0, 0, {0}, 0, 0}, 4},
		{{"a", BW_UNSIGNED, 0, 3, 1, 0, 0, {0}, 0, 0}, 4},
		{{"a", BW_UNSIGNED, 1, 4, 1, 0, 0, {0}, 0, 0}, 4},
		{{"a", BW_UNSIGNED, UINT32_MAX, 4, 1, 0, 0, {0}, 0, 0}, 4},
		{{"a", BW_UNSIGNED, 0, 4, UINT32_MAX, 0, 1, {UINT32_MAX}, 0, 0}, 4},
		{{"a", BW_UNSIGNED, 0, 4, 2, 0, 0, {0}, 0, 0}, 8},
		{{"a", BW_UNSIGNED, 0, 4, 1, 1, 0, {0}, 0, 0}, 4},
		{{"a", BW_STRUCT, 0, 4, 1, 1, 0, {0}, 0, 0}, 4},
		{{"a", BW_STRUCT, 0, 0, UINT32_MAX, 0, 1, {UINT32_MAX}, 0, 0}, 4},
		{{"a", BW_UNSIGNED, 0, 4, 4, 0, 2, {2, 3}, 0, 0}, 16},
		{{"a", BW_UNSIGNED, 0, 4, 1, 0, BW_DIMS + 1, {1, 1, 1, 1}, 0, 0}, 4},
		{{"a", BW_UNSIGNED, 0, 4, 0, 0, 3, {1U << 31, 1U << 31, 0}, 0, 0}, 4},
		{{"a", BW_UNSIGNED, 0, 4, 1, 0, 0, {0}, 33, 0}, 4},
		{{"a", BW_UNSIGNED, 0, 4, 1, 0, 0, {0}, 1, 32}, 4},
		{{"a", BW_BYTES, 0, 16, 1, 0, 0, {0}, 1, 0}, 16},
		{{"a", BW_BYTES, 0, 1 << 20, 1, 0, 0, {0}, 0, 0}, 1 << 20},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		struct bw_layout layout = {&bad[i].f, 1, bad[i].size};

		assert_int_equal(bw_layout_check(&layout), -EINVAL);
	}
}

static void bytes_of_an_unknown_layout_are_printed(void **state)
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

/* Not by time(), which is some ms behind. */
static time_t wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec;
}

static void the_time_of_an_event_is_that_of_the_wall_clock(void **state)
{
	struct bw_clock clock = {0};
	char got[BW_CLOCK_LEN + 1] = "", earlier[BW_CLOCK_LEN + 1] = "", expected[16];
	time_t before;

	(void)state;
	setenv("TZ", "Asia/Kathmandu", 1);
	tzset();
	do {
		before = wall();
		bw_clock_put(&clock, got, bw_clock_now());
		bw_clock_put(&clock, earlier, bw_clock_now() - 5000000000ULL);
	} while (wall() != before);
	strftime(expected, sizeof(expected), "%H:%M:%S", localtime(&before));
	assert_string_equal(got, expected);
	/* An event of another second is not shown with this one's. */
	before -= 5;
	strftime(expected, sizeof(expected), "%H:%M:%S", localtime(&before));
	assert_string_equal(earlier, expected);
}

static void append(void *cookie, uint32_t event, const void *data, size_t size)
{
	char *text = cookie;

	sprintf(text + strlen(text), "%u:%.*s ", event, (int)size, (const char *)data);
}

static void events_are_printed_in_the_order_of_their_times(void **state)
{
	struct bw_order order = {0};
	char text[64] = "";

	(void)state;
	bw_order_give(&order, append, text);
	assert_int_equal(bw_order_keep(&order, 7, 1, "late", 4), 0);
	assert_int_equal(bw_order_keep(&order, 5, 2, "", 0), 0);
	assert_int_equal(bw_order_keep(&order, 5, 3, "b", 1), 0);
	assert_int_equal(bw_order_keep(&order, 1, 0, "early", 5), 0);
	bw_order_give(&order, append, text);
	assert_string_equal(text, "0:early 2: 3:b 1:late ");
	bw_order_give(&order, append, text);
	assert_string_equal(text, "0:early 2: 3:b 1:late ");
	bw_order_free(&order);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_open_is_printed_as_a_line),
		cmocka_unit_test(an_operation_is_printed_in_a_line_of_block),
		cmocka_unit_test(an_outcome_is_printed_in_a_line_of_block),
		cmocka_unit_test(an_event_is_printed_as_json),
		cmocka_unit_test(an_empty_struct_is_printed_as_json),
		cmocka_unit_test(a_map_is_printed_as_a_table),
		cmocka_unit_test(a_map_per_cpu_is_printed_as_a_table),
		cmocka_unit_test(a_histogram_is_printed),
		cmocka_unit_test(a_histogram_with_an_unusual_key_is_printed),
		cmocka_unit_test(events_are_printed_in_the_order_of_their_times),
		cmocka_unit_test(short_and_padded_samples_are_decoded),
		cmocka_unit_test(samples_of_any_alignment_are_decoded),
		cmocka_unit_test(every_basic_type_is_decoded),
		cmocka_unit_test(nested_structs_and_unions_are_decoded),
		cmocka_unit_test(arrays_of_arrays_are_decoded),
		cmocka_unit_test(bit_fields_are_decoded),
		cmocka_unit_test(paddings_are_not_shown),
		cmocka_unit_test(an_event_need_not_be_a_struct),
		cmocka_unit_test(a_type_that_can_be_no_event_is_refused),
		cmocka_unit_test(a_hostile_layout_is_refused),
		cmocka_unit_test(bytes_of_an_unknown_layout_are_printed),
		cmocka_unit_test(the_time_of_an_event_is_that_of_the_wall_clock),
	};

	return cmocka_run_group_tests_name("event", tests, load_types, free_types);
}
