/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <string.h>

#include "cmd/options.h"
#include "tests/unit/capture.h"
#include "tests/unit/unit.h"

static const struct bw_command_option table[] = {
	{'d', "duration", "SECONDS", "", NULL},
	{'j', "json", NULL, "", NULL},
	{1000, "only-long", "X", "", NULL},
	{1001, "flag", NULL, "", NULL},
	{0},
};

/* Arguments that are read one after the other. */
struct line {
	int argc;
	char *argv[8];
	const char *value;
};

static struct line line_of(const char *const *words)
{
	struct line l = {.argc = 1, .argv = {(char *)"trace"}};

	for (; *words; words++)
		l.argv[l.argc++] = (char *)*words;
	optind = 0;
	return l;
}

#define LINE(...) line_of((const char *const[]){__VA_ARGS__, NULL})

static int next(struct line *l)
{
	return bw_options_next(table, l->argc, l->argv, &l->value);
}

static void options_are_read_with_their_arguments(void **state)
{
	struct line l = LINE("-d", "5", "-j", "--only-long", "x");

	(void)state;
	assert_int_equal(next(&l), 'd');
	assert_string_equal(l.value, "5");
	assert_int_equal(next(&l), 'j');
	assert_null(l.value);
	assert_int_equal(next(&l), 1000);
	assert_string_equal(l.value, "x");
	assert_int_equal(next(&l), BW_OPTIONS_END);
	l = LINE("--duration=7", "-jd8", "--flag");
	assert_int_equal(next(&l), 'd');
	assert_string_equal(l.value, "7");
	assert_int_equal(next(&l), 'j');
	assert_int_equal(next(&l), 'd');
	assert_string_equal(l.value, "8");
	assert_int_equal(next(&l), 1001);
	assert_int_equal(next(&l), BW_OPTIONS_END);
}

static void an_operand_may_stand_among_the_options_and_dashes_end_them(void **state)
{
	struct line l = LINE("file", "-j", "--", "-d");

	(void)state;
	assert_int_equal(next(&l), 'j');
	assert_int_equal(next(&l), BW_OPTIONS_END);
	assert_string_equal(l.argv[optind], "file");
	assert_string_equal(l.argv[optind + 1], "-d");
	assert_int_equal(optind + 2, l.argc);
}

static void assert_bad(struct line l, const char *message)
{
	capture();
	assert_int_equal(next(&l), BW_OPTIONS_BAD);
	assert_string_equal(captured(), message);
}

static void a_bad_option_is_reported_by_its_name(void **state)
{
	(void)state;
	assert_bad(LINE("-x"), "bccwatch: unknown option -x\n");
	assert_bad(LINE("--nope"), "bccwatch: unknown option --nope\n");
	assert_bad(LINE("-d"), "bccwatch: -d needs an argument\n");
	assert_bad(LINE("--only-long"), "bccwatch: --only-long needs an argument\n");
	assert_bad(LINE("--json=1"), "bccwatch: --json=1 takes no argument\n");
}

/* bccwatch's own options end at the command's name. */
static void what_follows_a_command_is_left_to_it(void **state)
{
	struct line l = LINE("block", "--help");

	(void)state;
	assert_int_equal(bw_options_next(bw_global_options, l.argc, l.argv, &l.value), BW_OPTIONS_END);
	assert_string_equal(l.argv[optind], "block");
	l = LINE("--help", "block");
	assert_int_equal(bw_options_next(bw_global_options, l.argc, l.argv, &l.value), 'h');
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(options_are_read_with_their_arguments),
	cmocka_unit_test(an_operand_may_stand_among_the_options_and_dashes_end_them),
	cmocka_unit_test(a_bad_option_is_reported_by_its_name),
	cmocka_unit_test(what_follows_a_command_is_left_to_it),
};

UNIT_MODULE("cmd/options", NULL, NULL);
