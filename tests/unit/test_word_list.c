/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/word_list.h"
#include "tests/unit/capture.h"
#include "tests/unit/unit.h"

static const char *const words[] = {"open", "write", "rename", NULL};
static const char *const others[][2] = {{"mv", "rename"}, {"wrte", "open"}, {NULL, NULL}};
static char taken[64];

static int take(void *cookie, size_t index)
{
	size_t len = strlen(taken);

	snprintf(taken + len, sizeof(taken) - len, "%zu ", index);
	return *(const int *)cookie == (int)index ? -EEXIST : 0;
}

static int parse(const char *text, int refused)
{
	const struct bw_word_list list = {"--ops", "operation", words, others, take, &refused};

	*taken = '\0';
	return bw_word_list_parse(&list, text);
}

static void each_word_is_taken_in_its_order_until_one_is_refused(void **state)
{
	(void)state;
	assert_int_equal(parse("rename,open,rename", -1), 0);
	assert_string_equal(taken, "2 0 2 ");
	assert_int_equal(parse("rename,open,write", 0), -EEXIST);
	assert_string_equal(taken, "2 0 ");
}

static void a_word_may_have_spaces_around_it_and_letters_of_either_case(void **state)
{
	(void)state;
	assert_int_equal(parse(" open, write ,  rename ", -1), 0);
	assert_string_equal(taken, "0 1 2 ");
	assert_int_equal(parse("Open,WRITE", -1), 0);
	assert_string_equal(taken, "0 1 ");
}

static const char *message_of(const char *text)
{
	int r;

	capture();
	r = parse(text, -1);
	assert_int_equal(r, -EINVAL);
	return captured();
}

static void a_word_that_is_unknown_is_reported_with_what_may_be_meant(void **state)
{
	(void)state;
	assert_string_equal(message_of("open,wriet"),
			    "bccwatch: --ops wriet: no such operation\n  did you mean write?\n");
	assert_string_equal(message_of("mv"), "bccwatch: --ops mv: no such operation\n  did you mean rename?\n");
	assert_string_equal(message_of("wrte"), "bccwatch: --ops wrte: no such operation\n  did you mean open?\n");
	assert_string_equal(message_of("x\x1b"),
			    "bccwatch: --ops x\\x1b: no such operation\n  known: open, write, rename\n");
	assert_string_equal(message_of(""), "bccwatch: --ops : no such operation\n  known: open, write, rename\n");
	assert_string_equal(message_of("open,"), "bccwatch: --ops : no such operation\n  known: open, write, rename\n");
	assert_string_equal(message_of("open, ,write"),
			    "bccwatch: --ops : no such operation\n  known: open, write, rename\n");
	assert_string_equal(message_of("MV"), "bccwatch: --ops MV: no such operation\n  did you mean rename?\n");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_word_is_taken_in_its_order_until_one_is_refused),
	cmocka_unit_test(a_word_may_have_spaces_around_it_and_letters_of_either_case),
	cmocka_unit_test(a_word_that_is_unknown_is_reported_with_what_may_be_meant),
};

UNIT_MODULE("base/word_list", NULL, NULL);
