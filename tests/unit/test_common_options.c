/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/parse.h"
#include "cmd/common_options.h"
#include "tests/unit/capture.h"
#include "tests/unit/unit.h"

static const struct bw_command_option table[] = {
	{'x', "own", "VALUE", "an option of its own", NULL}, BW_COMMON_OPTIONS, {0}};
static const struct bw_command without = {.name = "trace", .summary = "summary", .options = table};
static const struct bw_command with_operand = {
	.name = "run", .summary = "summary", .operand = "FILE.c", .options = table};

static char own[32];

static int set_own(void *cookie, int id, const char *value)
{
	assert_ptr_equal(cookie, own);
	assert_int_equal(id, 'x');
	snprintf(own, sizeof(own), "%s", value);
	return strcmp(value, "bad") == 0 ? BW_EXIT_USAGE : 0;
}

static const char *printed;

static int parse(const struct bw_command *command, struct bw_common_options *common, const char *const *words)
{
	char *argv[16] = {(char *)command->name};
	int argc = 1, r;

	for (; *words; words++)
		argv[argc++] = (char *)*words;
	*common = (struct bw_common_options)BW_COMMON_DEFAULTS;
	*own = '\0';
	capture();
	r = bw_common_options_parse(command, common, argc, argv, set_own, own);
	printed = captured();
	return r;
}

#define PARSE(command, common, ...) parse(command, common, (const char *const[]){__VA_ARGS__, NULL})

static void each_common_option_is_read(void **state)
{
	struct bw_common_options c;

	(void)state;
	assert_int_equal(PARSE(&without, &c, "-d", "3", "--source", "s.c", "--buffer-pages", "8", "--fail-on-loss",
			       "--no-cache", "--headers", "btf", "-v", "-x", "mine"),
			 0);
	assert_true(c.duration == 3 * BW_PARSE_SECOND);
	assert_string_equal(c.source, "s.c");
	assert_int_equal(c.pages, 8);
	assert_true(c.fail_on_loss && c.no_cache && bw_verbose);
	assert_int_equal(c.headers, BW_HEADERS_BTF);
	assert_string_equal(own, "mine");
	bw_verbose = false;
}

static void options_that_are_not_given_keep_their_defaults(void **state)
{
	struct bw_common_options c;

	(void)state;
	assert_int_equal(parse(&without, &c, (const char *const[]){NULL}), 0);
	assert_int_equal(c.duration, 0);
	assert_int_equal(c.pages, 256);
	assert_null(c.source);
	assert_false(c.fail_on_loss || c.no_cache);
	assert_int_equal(c.headers, BW_HEADERS_AUTO);
	assert_string_equal(printed, "");
}

static void a_duration_is_in_seconds_or_has_a_unit(void **state)
{
	struct bw_common_options c;

	(void)state;
	assert_int_equal(PARSE(&without, &c, "-d", "10m"), 0);
	assert_true(c.duration == 600 * BW_PARSE_SECOND);
	assert_int_equal(PARSE(&without, &c, "-d", "500ms"), 0);
	assert_int_equal(c.duration, 500000000);
	assert_int_equal(PARSE(&without, &c, "-d", "4294967295"), 0);
	assert_true(c.duration == UINT32_MAX * BW_PARSE_SECOND);
}

static void a_least_duration_is_checked(void **state)
{
	uint64_t ns = 7;
	int r;

	(void)state;
	capture();
	r = bw_common_options_duration("--self-test", "500ms", BW_PARSE_SECOND, &ns);
	assert_string_equal(captured(), "bccwatch: --self-test 500ms: the least is 1 second\n");
	assert_int_equal(r, BW_EXIT_USAGE);
	assert_int_equal(ns, 7);
	assert_int_equal(bw_common_options_duration("--self-test", "1m", BW_PARSE_SECOND, &ns), 0);
	assert_true(ns == 60 * BW_PARSE_SECOND);
}

static void assert_usage(const struct bw_command *command, const char *const *words, const char *message)
{
	struct bw_common_options c;

	assert_int_equal(parse(command, &c, words), BW_EXIT_USAGE);
	if (!strstr(printed, message) || !strstr(printed, "--help' lists the options"))
		fail_msg("'%s' is not in: %s", message, printed);
}

#define USAGE(command, message, ...) assert_usage(command, (const char *const[]){__VA_ARGS__, NULL}, message)

static void a_value_of_another_form_is_a_usage_error(void **state)
{
	(void)state;
	USAGE(&without, "--duration 0: ", "-d", "0");
	USAGE(&without, "--duration -1: ", "-d", "-1");
	USAGE(&without, "--duration 4294967296: ", "-d", "4294967296");
	USAGE(&without, "--duration 0.5: not a time: seconds, or with a unit", "-d", "0.5");
	USAGE(&without, "--duration 1us: the least is 1ms", "-d", "1us");
	USAGE(&without, "--duration 1193047h: ", "-d", "1193047h");
	USAGE(&without, "--buffer-pages 0: ", "--buffer-pages", "0");
	USAGE(&without, "--buffer-pages 3: ", "--buffer-pages", "3");
	USAGE(&without, "--buffer-pages 131072: ", "--buffer-pages", "131072");
	USAGE(&without, "--headers some: ", "--headers", "some");
	USAGE(&without, "unknown option --some", "--some");
	USAGE(&without, "", "-x", "bad");
}

static void the_first_usage_error_ends_the_parsing(void **state)
{
	struct bw_common_options c;

	(void)state;
	assert_int_equal(PARSE(&without, &c, "-d", "0", "--buffer-pages", "3"), BW_EXIT_USAGE);
	assert_non_null(strstr(printed, "--duration 0"));
	assert_null(strstr(printed, "--buffer-pages 3"));
}

static void a_command_takes_its_operand_and_no_other_argument(void **state)
{
	struct bw_common_options c;

	(void)state;
	assert_int_equal(PARSE(&with_operand, &c, "a.c", "-d", "1"), 0);
	assert_string_equal(c.source, "a.c");
	USAGE(&with_operand, "FILE.c is missing", "-d", "1");
	USAGE(&with_operand, "unexpected argument 'b.c'", "a.c", "b.c");
	USAGE(&without, "unexpected argument 'a.c'", "a.c");
}

static void help_lists_the_options_and_ends_the_command(void **state)
{
	struct bw_common_options c;

	(void)state;
	assert_int_equal(PARSE(&with_operand, &c, "--help"), -1);
	assert_non_null(strstr(printed, "Usage: bccwatch run [OPTION...] FILE.c\n"));
	assert_non_null(strstr(printed, "  -x, --own VALUE"));
	assert_non_null(strstr(printed, "      --source FILE"));
	assert_non_null(strstr(printed, "  -d, --duration TIME"));
}

static void a_user_is_a_number_or_a_name(void **state)
{
	const struct passwd *root = getpwuid(0);
	uint32_t uid = 7;

	(void)state;
	capture();
	assert_int_equal(bw_common_options_uid("--uid", "1000", &uid), 0);
	assert_int_equal(uid, 1000);
	assert_int_equal(bw_common_options_uid("--uid", "4294967295", &uid), 0);
	assert_true(uid == UINT32_MAX);
	if (root) {
		assert_int_equal(bw_common_options_uid("--uid", root->pw_name, &uid), 0);
		assert_int_equal(uid, 0);
	}
	assert_int_equal(bw_common_options_uid("--uid", "4294967296", &uid), BW_EXIT_USAGE);
	assert_int_equal(bw_common_options_uid("--uid", "no such user", &uid), BW_EXIT_USAGE);
	assert_int_equal(bw_common_options_uid("--uid", "-1", &uid), BW_EXIT_USAGE);
	captured();
	assert_int_equal(uid, root ? 0 : UINT32_MAX);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_common_option_is_read),
	cmocka_unit_test(options_that_are_not_given_keep_their_defaults),
	cmocka_unit_test(a_duration_is_in_seconds_or_has_a_unit),
	cmocka_unit_test(a_least_duration_is_checked),
	cmocka_unit_test(a_value_of_another_form_is_a_usage_error),
	cmocka_unit_test(the_first_usage_error_ends_the_parsing),
	cmocka_unit_test(a_command_takes_its_operand_and_no_other_argument),
	cmocka_unit_test(help_lists_the_options_and_ends_the_command),
	cmocka_unit_test(a_user_is_a_number_or_a_name),
};

UNIT_MODULE("cmd/common_options", NULL, NULL);
