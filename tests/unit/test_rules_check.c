/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/rules.h"
#include "tests/unit/capture.h"
#include "tests/unit/root.h"

/* What `bccwatch rules check` prints about a file; its exit status in *status. ROOT in the text is the test's. */
static const char *check_with(const char *option, const char *text, int *status)
{
	char rules[4096] = "", file[256], command[] = "rules", verb[] = "check", strict[16] = "";
	char *argv[] = {command, verb, file, *option ? strict : NULL, NULL};

	for (const char *next; (next = strstr(text, "ROOT")); text = next + 4)
		snprintf(rules + strlen(rules), sizeof(rules) - strlen(rules), "%.*s%s", (int)(next - text), text,
			 root);
	snprintf(rules + strlen(rules), sizeof(rules) - strlen(rules), "%s", text);
	put("/rules", rules);
	snprintf(file, sizeof(file), "%s", below("/rules"));
	snprintf(strict, sizeof(strict), "%s", option);
	capture();
	*status = bw_rules_command.run(&bw_rules_command, *option ? 4 : 3, argv);
	fflush(stdout);
	return captured();
}

static void assert_said(const char *text, int wanted, const char *said)
{
	int status;
	const char *got = check_with("", text, &status);

	if (status != wanted || !strstr(got, said))
		fail_msg("%s: %d\n%s", text, status, got);
}

static void a_file_without_mistakes_has_its_rules_counted(void **state)
{
	(void)state;
	put("/f", "");
	assert_said("", 0, "0 rules, 0 warnings.\n");
	assert_said("deny any path ROOT/f\n", 0, "1 rule, 0 warnings.\n");
	assert_said("path ROOT/f\ndir ROOT\naudit any path ROOT/f only uid 0\n", 0, "3 rules, 0 warnings.\n");
}

static void all_mistakes_are_printed(void **state)
{
	static const char text[] = "deny raed path /x\nnam x\ndeny any path /x*/a\n";

	(void)state;
	assert_said(text, 1, "rules:1:6: no such operation");
	assert_said(text, 1, "rules:2: a rule begins with");
	assert_said(text, 1, "rules:3:17: only a name, or the last component of a path, can be a pattern");
	assert_said(text, 1, "0 rules, 0 warnings, 3 errors.\n");
}

static void a_rule_that_can_never_match_is_named(void **state)
{
	(void)state;
	assert_said("deny any name a\nkill write name a\n", 0,
		    "rules:2:17: warning: this rule can never match: that of line 1");
	assert_said("name a\nname b\nname a\n", 0, "rules:3:6: warning: this rule can never match: that of line 1");
	assert_said("deny write name a\ndeny any name a\n", 0, "2 rules, 0 warnings.");
	assert_said("deny any name a except uid 0\ndeny write name a\n", 0, "2 rules, 0 warnings.");
	assert_said("audit any name a\ndeny any name a\n", 0, "2 rules, 0 warnings.");
	assert_said("deny any name a\naudit any name a\n", 0, "2 rules, 0 warnings.");
	assert_said("deny any name a\ndeny any path /\\x\n", 0, "2 rules, 1 warning.");
	assert_said("deny any name a\ndeny read name a\ndeny write name a only uid 0\n", 0, "3 rules, 2 warnings.");
}

static void objects_are_looked_at(void **state)
{
	(void)state;
	put("/d/f", "");
	assert_int_equal(symlink("d", below("/l")), 0);
	assert_int_equal(symlink("none", below("/dangling")), 0);
	assert_said("path ROOT/d\n", 1, "is a directory\n  dir protects");
	assert_said("deny any dir ROOT/d/f\n", 1, "rules:1:14: '");
	assert_said("deny any dir ROOT/d/f\n", 1, "is no directory");
	assert_said("path ROOT/l/f\n", 0, "warning: '");
	assert_said("path ROOT/l/f\n", 0, "/d/f' is meant");
	assert_said("dir ROOT/l\n", 0, "/d' is meant");
	assert_said("dir ROOT/d/\n", 0, "1 rule, 0 warnings.");
	assert_said("dir ROOT/d/.\n", 0, "1 rule, 0 warnings.");
	assert_said("path ROOT/none\n", 0, "does not exist yet: the rule waits");
	assert_said("path ROOT/dangling\n", 0, "is a symlink to what does not exist yet");
	assert_said("name a*\n", 0, "rules:1:6: warning: the name 'a*' is taken literally");
	assert_said("deny any name \"a*\"\n", 0, "1 rule, 0 warnings.");
}

static void programs_are_looked_at_once_a_policy(void **state)
{
	(void)state;
	put("/f", "");
	put("/script", "#! /bin/sh -e\n");
	put("/program", "\x7f"
			"ELF");
	assert_said("deny any path ROOT/f except exe ROOT/script\n", 1, "sees its interpreter '/bin/sh' alone");
	assert_said("deny any path ROOT/f except exe ROOT\n", 1, "is no program");
	assert_said("deny any path ROOT/f except exe ROOT/program\n", 0, "1 rule, 0 warnings.");
	assert_said("deny any path ROOT/f except exe ROOT/none\ndeny any dir ROOT except exe ROOT/none\n", 0,
		    "2 rules, 1 warning.");
}

static void warnings_may_count(void **state)
{
	int status;

	(void)state;
	check_with("--strict", "name a*\n", &status);
	assert_int_equal(status, BW_EXIT_FAILED);
	check_with("--strict", "name a\n", &status);
	assert_int_equal(status, BW_EXIT_OK);
}

static void a_command_line_of_another_form_is_refused(void **state)
{
	char command[] = "rules", check[] = "check", other[] = "list", file[] = "/none";
	char *bad[][5] = {{command}, {command, check}, {command, other, file}, {command, check, file, file}};

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		int argc = 0, status;

		while (bad[i][argc])
			argc++;
		capture();
		status = bw_rules_command.run(&bw_rules_command, argc, bad[i]);
		captured();
		assert_int_equal(status, BW_EXIT_USAGE);
	}
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(a_file_without_mistakes_has_its_rules_counted),
	IN_ROOT(all_mistakes_are_printed),
	IN_ROOT(a_rule_that_can_never_match_is_named),
	IN_ROOT(objects_are_looked_at),
	IN_ROOT(programs_are_looked_at_once_a_policy),
	IN_ROOT(warnings_may_count),
	cmocka_unit_test(a_command_line_of_another_form_is_refused),
};

UNIT_MODULE("cmd/rules", NULL, NULL);
