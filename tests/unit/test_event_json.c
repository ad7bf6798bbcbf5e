/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "output/event_json.h"
#include "output/timestamp.h"
#include "tests/unit/samples.h"

/* The object's members behind "event", of an event of the type; in a static buffer. */
static const char *json_of(const char *type, const void *sample, size_t size)
{
	static char line[1 << 16];
	struct bw_layout layout;
	struct bw_event_json *json;
	struct bw_out out;
	const char *event;

	assert_int_equal(layout_of(type, &layout), 0);
	assert_int_equal(bw_event_json_new(&json, "events", &layout), 0);
	assert_int_equal(bw_out_init(&out, -1, sizeof(line)), 0);
	bw_event_json_line(json, &out, sample, size);
	assert_true(out.len <= out.size);
	assert_int_equal(out.unwritten, 0);
	assert_int_equal(out.buf[out.len - 1], '\n');
	assert_memory_equal(out.buf, "{\"time\":\"20", 11);
	assert_int_equal(out.buf[9 + BW_TIMESTAMP_ISO_LEN], '"');
	event = strstr(out.buf, ",\"table\":\"events\",\"event\":");
	assert_non_null(event);
	event += strlen(",\"table\":\"events\",\"event\":");
	snprintf(line, sizeof(line), "%.*s", (int)(out.len - (size_t)(event - out.buf) - 1), event);
	bw_out_free(&out);
	bw_event_json_free(json);
	bw_btf_layout_free(&layout);
	return line;
}

static void text_in_json_is_escaped_and_has_its_bytes_beside_it_if_it_is_no_utf8(void **state)
{
	struct open_event e = {.ts = 5, .pid = 812, .comm = "a\"b\\", .fname = "/\x1b[1m\xc3\xa9"};
	const char hostile[] = {'a', '\xff', '\xe2', '\x80', '\xae', 'b', '\0'}; /* U+202E reorders a line */

	(void)state;
	assert_string_equal(json_of(OPEN_EVENT, &e, sizeof(e)),
			    "{\"ts\":5,\"pid\":812,\"comm\":\"a\\\"b\\\\\",\"fname\":\"/\\u001b[1m\xc3\xa9\"}}");
	memcpy(e.fname, hostile, sizeof(hostile));
	assert_string_equal(json_of(OPEN_EVENT, &e, sizeof(e)),
			    "{\"ts\":5,\"pid\":812,\"comm\":\"a\\\"b\\\\\",\"fname\":\"a\\ufffd\\u202eb\","
			    "\"fname_hex\":\"0x61ffe280ae62\"}}");
}

static void a_field_that_was_not_sent_is_null_in_json_and_what_is_more_is_rest(void **state)
{
	const struct open_event e = {.ts = 5, .pid = 812, .comm = "a\"b\\", .fname = "/"};

	(void)state;
	assert_string_equal(json_of(OPEN_EVENT, &e, 11), "{\"ts\":5,\"pid\":null,\"comm\":\"\",\"fname\":\"\"}}");
	assert_non_null(strstr(json_of("bits", (char[64]){0}, 64), "},\"rest\":\"0x0000"));
}

static void json_has_structs_arrays_and_numbers_as_what_they_are(void **state)
{
	struct nested n = {.pid = 1, .in = {{2, "ab"}, {-3, "c\xff"}}, .u = 0x01020304, .deep.q = (char *)0x10};
	struct dimensions d = {.grid = {{1, 2, 3}, {4, 5, 6}}, .names = {"ab", "\xfe"}};
	struct every_type t = {.c = 'x', .sc = -1, .b = 1, .ull = UINT64_MAX, .l = -2, .t = "abcd", .mood = CALM};

	(void)state;
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
}

/* json_of checks the length; ASan watches. */
static void a_line_of_json_fits_whatever_the_bytes_are(void **state)
{
	struct dimensions d;
	struct every_type t;
	struct nested n;

	(void)state;
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
static void an_empty_struct_without_a_name_adds_nothing_to_json(void **state)
{
	struct bw_layout_field fields[] = {{.name = "a", .kind = BW_UNSIGNED, .size = 4, .count = 1},
					   {.name = "", .kind = BW_STRUCT, .offset = 4, .count = 1},
					   {.name = "b", .kind = BW_UNSIGNED, .offset = 4, .size = 4, .count = 1},
					   {.name = "", .kind = BW_STRUCT, .offset = 8, .count = 1}};
	const struct bw_layout layout = {fields, 4, 8};
	const uint32_t data[] = {1, 2};
	struct bw_json json = {0};

	(void)state;
	bw_event_json_value(&json, &layout, data, sizeof(data));
	bw_json_verbatim(&json, "", 1);
	assert_string_equal(json.text, "{\"a\":1,\"b\":2},");
	bw_json_free(&json);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(text_in_json_is_escaped_and_has_its_bytes_beside_it_if_it_is_no_utf8),
	cmocka_unit_test(a_field_that_was_not_sent_is_null_in_json_and_what_is_more_is_rest),
	cmocka_unit_test(json_has_structs_arrays_and_numbers_as_what_they_are),
	cmocka_unit_test(a_line_of_json_fits_whatever_the_bytes_are),
	cmocka_unit_test(an_empty_struct_without_a_name_adds_nothing_to_json),
};

UNIT_MODULE("output/event_json", load_types, free_types);
