/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/line_markers.h"
#include "tests/unit/unit.h"

/* FILE:LINE of a line of the text, which is that of the file "main"; in a static buffer. */
static const char *origin(const char *text, unsigned number)
{
	static char place[256];
	unsigned line = 0;
	BW_FREE char *file = bw_line_markers_origin(text, "main", number, &line);

	assert_non_null(file);
	snprintf(place, sizeof(place), "%s:%u", file, line);
	return place;
}

static void lines_before_the_first_marker_are_those_of_the_file_itself(void **state)
{
	(void)state;
	assert_string_equal(origin("a\nb\n", 1), "main:1");
	assert_string_equal(origin("a\nb\n", 2), "main:2");
}

static void a_marker_names_the_line_after_it(void **state)
{
	static const char text[] = "a\n#line 7 \"x.h\"\nb\nc\n#line 2 \"main\"\nd\n";

	(void)state;
	assert_string_equal(origin(text, 1), "main:1");
	assert_string_equal(origin(text, 3), "x.h:7");
	assert_string_equal(origin(text, 4), "x.h:8");
	assert_string_equal(origin(text, 6), "main:2");
}

static void any_name_reads_back_as_it_was_written(void **state)
{
	static const char *const names[] = {"plain", "a b", "q\"\\\n\t\x01", "\xc3\xa9\xff", ""};

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++) {
		BW_FREE char *text = NULL, *file = NULL;
		unsigned line;
		size_t len;
		FILE *out = open_memstream(&text, &len);

		bw_line_markers_put(out, 3, names[i]);
		fputs("x\n", out);
		fclose(out);
		assert_ptr_equal(strchr(text, '\n'), text + len - 3); /* a single line */
		file = bw_line_markers_origin(text, "main", 2, &line);
		assert_string_equal(file, names[i]);
		assert_int_equal(line, 3);
	}
}

static void markers_are_blanked_and_lines_keep_their_numbers(void **state)
{
	char text[] = "a\n#line 7 \"x.h\"\nb #line 8\n";

	(void)state;
	bw_line_markers_blank(text);
	assert_null(strstr(text, "x.h"));
	assert_int_equal(strncmp(text, "a\n", 2), 0);
	assert_non_null(strstr(text, "\nb #line 8\n"));
	assert_int_equal(strlen(text), sizeof("a\n#line 7 \"x.h\"\nb #line 8\n") - 1);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(lines_before_the_first_marker_are_those_of_the_file_itself),
	cmocka_unit_test(a_marker_names_the_line_after_it),
	cmocka_unit_test(any_name_reads_back_as_it_was_written),
	cmocka_unit_test(markers_are_blanked_and_lines_keep_their_numbers),
};

UNIT_MODULE("base/line_markers", NULL, NULL);
