/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/json.h"
#include "tests/unit/unit.h"

/* Writes the line to a stream in memory and compares it. */
static void assert_line(struct bw_json *json, const char *expected)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(bw_json_print_line(json, out), 0);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void commas_stand_between_values_alone(void **state)
{
	struct bw_json json = {0};

	(void)state;
	bw_json_open_object(&json);
	bw_json_key_verbatim(&json, "\"a\":", 4);
	bw_json_open_array(&json);
	bw_json_open_object(&json);
	bw_json_close_object(&json);
	bw_json_open_array(&json);
	bw_json_close_array(&json);
	bw_json_null(&json);
	bw_json_open_object(&json);
	bw_json_key(&json, "b");
	bw_json_bool(&json, true);
	bw_json_close_object(&json);
	bw_json_close_array(&json);
	bw_json_key_suffixed(&json, "a", "_hex");
	bw_json_hex(&json, "\x01\xff", 2);
	bw_json_key(&json, "c");
	bw_json_bool(&json, false);
	bw_json_close_object(&json);
	assert_line(&json, "{\"a\":[{},[],null,{\"b\":true}],\"a_hex\":\"0x01ff\",\"c\":false}\n");
	/* The next line starts without a comma. */
	bw_json_open_array(&json);
	bw_json_close_array(&json);
	assert_line(&json, "[]\n");
	bw_json_free(&json);
}

static void numbers_have_all_their_digits(void **state)
{
	struct bw_json json = {0};

	(void)state;
	bw_json_open_array(&json);
	bw_json_number(&json, 0);
	bw_json_number(&json, UINT64_MAX);
	bw_json_signed(&json, -1);
	bw_json_signed(&json, INT64_MIN);
	bw_json_signed(&json, INT64_MAX);
	bw_json_verbatim(&json, "1.5", 3);
	bw_json_close_array(&json);
	assert_line(&json, "[0,18446744073709551615,-1,-9223372036854775808,9223372036854775807,1.5]\n");
	bw_json_free(&json);
}

static void strings_are_escaped(void **state)
{
	struct bw_json json = {0};

	(void)state;
	bw_json_open_array(&json);
	bw_json_text(&json, "a\"\\\n");
	assert_true(bw_json_string(&json, "\xc3\xa9\0b", 4));
	assert_false(bw_json_string(&json, "\xff", 1));
	assert_true(bw_json_string(&json, "", 0));
	bw_json_plain(&json, "plain", 5);
	bw_json_close_array(&json);
	assert_line(&json, "[\"a\\\"\\\\\\u000a\",\"\xc3\xa9\\u0000b\",\"\\ufffd\",\"\",\"plain\"]\n");
	bw_json_free(&json);
}

/* Texts of every length around those at which the buffer grows, whose bytes take as much as can be. ASan watches. */
static void the_buffer_grows_with_the_text(void **state)
{
	char text[400];

	(void)state;
	memset(text, 1, sizeof(text));
	for (size_t len = 0; len < sizeof(text); len++) {
		struct bw_json json = {0};

		bw_json_string(&json, text, len);
		assert_int_equal(json.len, 6 * len + 2);
		assert_int_equal(json.text[json.len - 1], '"');
		bw_json_plain(&json, text, len);
		assert_int_equal(json.len, 7 * len + 5);
		assert_int_equal(json.text[6 * len + 2], ',');
		bw_json_free(&json);
	}
}

/* Nothing of a line that there was no memory for is written; the next one is whole. */
static void an_incomplete_line_is_dropped(void **state)
{
	struct bw_json json = {0};
	struct bw_out out;

	(void)state;
	assert_int_equal(bw_out_init(&out, -1, 64), 0);
	bw_json_number(&json, 1);
	json.error = -12;
	bw_json_number(&json, 2);
	assert_int_equal(bw_json_put_line(&json, &out), -12);
	assert_int_equal(out.len, 0);
	assert_int_equal(out.unwritten, 1);
	bw_json_number(&json, 3);
	assert_int_equal(bw_json_put_line(&json, &out), 0);
	assert_int_equal(out.len, 2);
	assert_memory_equal(out.buf, "3\n", 2);
	bw_json_free(&json);
	bw_out_free(&out);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(commas_stand_between_values_alone),
	cmocka_unit_test(numbers_have_all_their_digits),
	cmocka_unit_test(strings_are_escaped),
	cmocka_unit_test(the_buffer_grows_with_the_text),
	cmocka_unit_test(an_incomplete_line_is_dropped),
};

UNIT_MODULE("output/json", NULL, NULL);
