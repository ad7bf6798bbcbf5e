/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/line_reader.h"
#include "tests/unit/root.h"

static void append(void *cookie, const char *name)
{
	char *text = cookie;

	sprintf(text + strlen(text), "%s.", name);
}

static const char *words_of(int word)
{
	static char text[256];

	*text = '\0';
	assert_int_equal(bw_line_reader_each(below("/list"), word, append, text), 0);
	return text;
}

static void the_word_of_that_number_is_read_from_each_line(void **state)
{
	(void)state;
	put("/list", "a b\tc\n\nd e\nf");
	assert_string_equal(words_of(0), "a.d.f.");
	assert_string_equal(words_of(1), "b.e.");
	assert_string_equal(words_of(2), "c.");
	assert_string_equal(words_of(3), "");
}

static void an_empty_word_is_not_given(void **state)
{
	(void)state;
	put("/list", " a\nb  c\n");
	assert_string_equal(words_of(0), "b.");
	assert_string_equal(words_of(1), "a.");
	assert_string_equal(words_of(2), "c.");
}

static void a_list_that_is_not_there_is_an_error(void **state)
{
	char text[1] = "";

	(void)state;
	assert_int_equal(bw_line_reader_each(below("/none"), 0, append, text), -ENOENT);
	assert_int_equal(bw_line_reader_each(root, 0, append, text), -EIO);
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(the_word_of_that_number_is_read_from_each_line),
	IN_ROOT(an_empty_word_is_not_given),
	IN_ROOT(a_list_that_is_not_there_is_an_error),
};

UNIT_MODULE("base/line_reader", NULL, NULL);
