/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bpf_src/lib/target.h"
#include "cmd/block_holders.h"
#include "tests/unit/capture.h"
#include "tests/unit/root.h"

static struct bw_block_options options;

static int begin(void **state)
{
	options = (struct bw_block_options)BW_BLOCK_OPTIONS_DEFAULTS;
	options.access = bw_access_default;
	return make_root(state);
}

static int end(void **state)
{
	bw_block_options_free(&options);
	return remove_root(state);
}

static void add_rule(enum bw_rule_kind kind, const char *value)
{
	const char *why;

	assert_int_equal(bw_rules_add(&options.rules, kind, value, &why), 0);
}

static void put_fd(int pid, int fd, const char *target, const char *flags)
{
	char path[128], text[64];

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", pid, fd);
	snprintf(text, sizeof(text), "pos:\t0\nflags:\t%s\nmnt_id:\t5\n", flags);
	put(path, text);
	snprintf(path, sizeof(path), "/proc/%d/fd/x", pid);
	put(path, "");
	snprintf(path, sizeof(path), "%s/proc/%d/fd/%d", below(""), pid, fd);
	assert_int_equal(symlink(target, path), 0);
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	put(path, "vim\n");
}

static const char *reported(void)
{
	capture();
	bw_block_holders_report(&options, below(""));
	return captured();
}

static void what_is_open_by_each_kind_of_rule_is_reported(void **state)
{
	const char *text;

	(void)state;
	add_rule(BW_RULE_PATH, "/etc/x");
	add_rule(BW_RULE_DIR, "/srv/");
	add_rule(BW_RULE_NAME, "name.c");
	put_fd(12, 3, "/etc/x", "0100000");
	put_fd(13, 4, "/srv/a/b", "0100001");
	put_fd(14, 5, "/home/a/name.c", "0100002");
	put_fd(15, 6, "/srv2/a", "0100002");
	put_fd(16, 7, "/etc/x.new", "0100002");
	put_fd(17, 8, "pipe:[name.c]", "02");
	put_fd(18, 9, "/etc/x", "012000000"); /* O_PATH */
	text = reported();
	assert_non_null(strstr(text, "'/etc/x' by process 12 (vim), for reading.\n"));
	assert_non_null(strstr(text, "'/srv/a/b' by process 13 (vim), for writing.\n"));
	assert_non_null(strstr(text, "'/home/a/name.c' by process 14 (vim), for reading and writing.\n"));
	assert_null(strstr(text, "process 15"));
	assert_null(strstr(text, "process 16"));
	assert_null(strstr(text, "process 17"));
	assert_null(strstr(text, "process 18"));
}

static void what_is_open_by_patterns_is_reported(void **state)
{
	const char *text;

	(void)state;
	add_rule(BW_RULE_PATH_GLOB, "/etc/*.key");
	add_rule(BW_RULE_NAME_GLOB, "*.pem");
	put_fd(12, 3, "/srv/a.key", "0100000");
	put_fd(13, 4, "/etc/a.key", "0100000");
	put_fd(14, 5, "/srv/a.pem", "0100000");
	text = reported();
	assert_null(strstr(text, "process 12"));
	assert_non_null(strstr(text, "process 13"));
	assert_non_null(strstr(text, "process 14"));
}

static void only_what_is_denied_is_reported(void **state)
{
	const char *text;

	(void)state;
	options.access = (struct bw_access){.file = ACCESS_WRITE, .beneath = ACCESS_WRITE};
	add_rule(BW_RULE_PATH, "/etc/x");
	put_fd(12, 3, "/etc/x", "0100000");
	put_fd(13, 3, "/etc/x", "0100002");
	text = reported();
	assert_null(strstr(text, "process 12"));
	assert_non_null(strstr(text, "process 13 (vim), for writing."));
}

static void a_rule_by_a_symlink_is_about_what_it_leads_to(void **state)
{
	char file[PATH_MAX], link[PATH_MAX];

	(void)state;
	put("/target", "");
	snprintf(file, sizeof(file), "%s/target", below(""));
	snprintf(link, sizeof(link), "%s/link", below(""));
	assert_int_equal(symlink("target", link), 0);
	add_rule(BW_RULE_PATH, link);
	put_fd(12, 3, file, "0100000");
	assert_non_null(strstr(reported(), "by process 12 (vim), for reading.\n"));
}

static void the_root_directory_has_all_beneath_it(void **state)
{
	(void)state;
	add_rule(BW_RULE_DIR, "/");
	put_fd(12, 3, "/etc/x", "0100000");
	assert_non_null(strstr(reported(), "by process 12 (vim), for reading.\n"));
}

static void holders_that_are_denied_are_reported_as_such(void **state)
{
	(void)state;
	add_rule(BW_RULE_PATH, "/etc/x");
	put_fd(12, 3, "/etc/x", "0100000");
	assert_string_equal(reported(),
			    "Open already, which no rule ends: '/etc/x' by process 12 (vim), for reading.\n");
	options.deny_holders = true;
	assert_string_equal(reported(),
			    "Open already, which --holders deny covers: '/etc/x' by process 12 (vim), for reading.\n");
}

static void who_is_not_the_command_holds_nothing_of_its_rules(void **state)
{
	static char *command[] = {"make", NULL};

	(void)state;
	add_rule(BW_RULE_PATH, "/etc/x");
	put_fd(12, 3, "/etc/x", "0100000");
	options.common.command = command;
	assert_string_equal(reported(), "");
}

static void many_are_counted(void **state)
{
	(void)state;
	add_rule(BW_RULE_PATH, "/etc/x");
	for (int pid = 100; pid < 110; pid++)
		put_fd(pid, 3, "/etc/x", "0100000");
	assert_non_null(strstr(reported(), "Open already: 2 more descriptors of protected files.\n"));
}

#define WITH_ROOT(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	WITH_ROOT(what_is_open_by_patterns_is_reported),
	WITH_ROOT(what_is_open_by_each_kind_of_rule_is_reported),
	WITH_ROOT(only_what_is_denied_is_reported),
	WITH_ROOT(a_rule_by_a_symlink_is_about_what_it_leads_to),
	WITH_ROOT(the_root_directory_has_all_beneath_it),
	WITH_ROOT(holders_that_are_denied_are_reported_as_such),
	WITH_ROOT(who_is_not_the_command_holds_nothing_of_its_rules),
	WITH_ROOT(many_are_counted),
};

UNIT_MODULE("cmd/block_holders", NULL, NULL);
