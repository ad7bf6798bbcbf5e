/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "enforce/rules.h"
#include "tests/unit/capture.h"
#include "tests/unit/unit.h"

static int read_rules(struct bw_rules *rules, const char *text, size_t len)
{
	char path[] = "/tmp/bccwatch-rules-XXXXXX";
	BW_FD int fd = mkstemp(path);
	int r;

	*rules = (struct bw_rules){0};
	assert_true(fd >= 0 && bw_file_write(fd, text, len) == 0);
	r = bw_rules_read(rules, path);
	unlink(path);
	return r;
}

static void a_file_of_rules_is_read_with_its_quotes_and_escapes(void **state)
{
	static const char text[] =
		"# none\n\n  name a b  c\r\npath \"/x\\\\ \\\"\\n\\x41\"  \ndir\t/d \t\nname \"\\xff\"";
	struct bw_rules rules;

	(void)state;
	assert_int_equal(read_rules(&rules, text, sizeof(text) - 1), 0);
	assert_int_equal(rules.n, 4);
	assert_string_equal(rules.rules[0].value, "a b  c");
	assert_int_equal(rules.rules[1].kind, BW_RULE_PATH);
	assert_string_equal(rules.rules[1].value, "/x\\ \"\nA");
	assert_int_equal(rules.rules[2].kind, BW_RULE_DIR);
	assert_string_equal(rules.rules[2].value, "/d");
	assert_string_equal(rules.rules[3].value, "\xff");
	assert_int_equal(rules.of_kind[BW_RULE_NAME], 2);
	bw_rules_free(&rules);
}

static void a_rule_of_another_form_is_refused(void **state)
{
	static const char *const bad[] = {
		"name\n",	  "nam x\n",	"name \"x\n", "name \"\\q\"\n", "name \"\\x0\"\n", "name \"\\x00\"\n",
		"name \"a\" b\n", "name a/b\n", "name ..\n",  "path \"\"\n",	"name \"\\",	   "\"\n",
	};
	struct bw_rules rules;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(read_rules(&rules, bad[i], strlen(bad[i])), -EINVAL);
		bw_rules_free(&rules);
	}
	assert_int_equal(read_rules(&rules, "name a\0b\n", 9), -EINVAL);
	bw_rules_free(&rules);
}

static void the_length_of_a_name_and_the_number_of_rules_are_bounded(void **state)
{
	struct bw_rules rules = {0};
	char name[257];
	const char *why;

	(void)state;
	memset(name, 'n', 256);
	name[256] = '\0';
	assert_int_equal(bw_rules_add(&rules, BW_RULE_NAME, name, &why), -EINVAL);
	name[255] = '\0';
	assert_int_equal(bw_rules_add(&rules, BW_RULE_NAME, name, &why), 0);
	assert_int_equal(bw_rules_add(&rules, BW_RULE_PATH, "relative", &why), 0);
	assert_int_equal(rules.rules[1].value[0], '/');
	for (size_t i = rules.n; i < BW_RULES_MAX; i++)
		assert_int_equal(bw_rules_add(&rules, BW_RULE_NAME, "x", &why), 0);
	assert_int_equal(bw_rules_add(&rules, BW_RULE_NAME, "x", &why), -E2BIG);
	bw_rules_free(&rules);
}

static void the_length_of_a_pattern_is_bounded(void **state)
{
	struct bw_rules rules = {0};
	char pattern[1025];
	const char *why;

	(void)state;
	memset(pattern, '?', 1024);
	pattern[1024] = '\0';
	assert_int_equal(bw_rules_add(&rules, BW_RULE_NAME_GLOB, pattern, &why), -EINVAL);
	pattern[1023] = '\0';
	assert_int_equal(bw_rules_add(&rules, BW_RULE_NAME_GLOB, pattern, &why), 0);
	bw_rules_free(&rules);
}

static void rules_of_the_command_line_are_kept_apart_from_those_of_files(void **state)
{
	struct bw_rules all, given = {0};
	const char *why;

	(void)state;
	assert_int_equal(read_rules(&all, "name a\npath /b\n", 15), 0);
	assert_int_equal(bw_rules_add(&all, BW_RULE_DIR, "/c", &why), 0);
	assert_int_equal(bw_rules_add_given(&given, &all, 0, SIZE_MAX), 0);
	assert_int_equal(given.n, 1);
	assert_int_equal(given.of_kind[BW_RULE_DIR], 1);
	assert_string_equal(given.rules[0].value, "/c");
	bw_rules_free(&given);
	bw_rules_free(&all);
}

static void a_copy_has_the_same_rules(void **state)
{
	struct bw_rules all, copy = {0};
	const char *why;

	(void)state;
	assert_int_equal(read_rules(&all, "name a\n", 7), 0);
	assert_int_equal(bw_rules_add(&all, BW_RULE_DIR, "/c", &why), 0);
	assert_int_equal(bw_rules_copy(&copy, &all), 0);
	assert_int_equal(copy.n, 2);
	assert_true(copy.rules[0].from_file);
	assert_false(copy.rules[1].from_file);
	assert_string_equal(copy.rules[1].value, "/c");
	bw_rules_free(&copy);
	bw_rules_free(&all);
}

static void whether_a_path_was_removed_is_known(void **state)
{
	struct bw_rules old, new;

	(void)state;
	assert_int_equal(read_rules(&old, "name a\npath /b\ndir /c\n", 22), 0);
	assert_int_equal(read_rules(&new, "dir /c\npath /d\npath /b\n", 23), 0);
	assert_true(bw_rules_include_paths(&new, &old)); /* a name is none */
	assert_false(bw_rules_include_paths(&old, &new));
	bw_rules_free(&new);
	assert_int_equal(read_rules(&new, "path /c\npath /b\n", 16), 0);
	assert_false(bw_rules_include_paths(&new, &old));
	bw_rules_free(&new);
	assert_false(bw_rules_include_paths(&new, &old));
	assert_true(bw_rules_include_paths(&old, &new));
	bw_rules_free(&old);
}

static void a_file_may_have_rules_of_both_forms(void **state)
{
	static const char text[] = "name a\n"
				   "deny write dir /b except uid root\r\n"
				   "  deny EPERM read path \"/c d\"\n"
				   "deny write path /e except uid 0\n";
	struct bw_rules rules;

	(void)state;
	assert_int_equal(read_rules(&rules, text, sizeof(text) - 1), 0);
	assert_int_equal(rules.n, 4);
	assert_int_equal(rules.n_policies, 2);
	assert_int_equal(rules.rules[0].policy, BW_RULE_PLAIN);
	assert_int_equal(rules.rules[0].column, 6);
	assert_int_equal(rules.rules[1].policy, 0);
	assert_int_equal(rules.rules[2].policy, 1);
	assert_int_equal(rules.rules[3].policy, 0);
	assert_string_equal(rules.rules[2].value, "/c d");
	assert_int_equal(rules.rules[2].line, 3);
	assert_int_equal(rules.rules[2].column, 24);
	assert_true(rules.rules[2].from_file);
	assert_int_equal(rules.policies[1].error, EPERM);
	assert_int_equal(rules.policies[0].subjects[0].number, 0);
	bw_rules_free(&rules);
	assert_int_equal(rules.n_policies, 0);
}

static void a_mistake_is_reported_with_its_place(void **state)
{
	static const struct {
		const char *text, *message; /* a part of it */
	} bad[] = {
		{"\n# x\nnam x\n", ":3: a rule begins with"},
		{"name a/b\n", ":1: a name has no slash"},
		{"name x\n deny raed path /x\n", ":2:7: no such operation: 'raed'\n  did you mean read?"},
		{"deny any name a/b\n", ":1:15: a name has no slash"},
		{"deny any path \"\"\n", ":1:15: a path has at least one byte"},
		{"deny any path /x y\n", ":1:18: 'y' stands where"},
		{"path /x\n\n\n\tkill any path /x except uid\n", ":4:29: there is nothing behind 'uid'"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		struct bw_rules rules;
		const char *message;
		int r;

		capture();
		r = read_rules(&rules, bad[i].text, strlen(bad[i].text));
		message = captured();
		bw_rules_free(&rules);
		if (r != -EINVAL || !strstr(message, bad[i].message))
			fail_msg("%s: %d, %s", bad[i].text, r, message);
	}
}

static void copies_have_the_policies_of_their_rules(void **state)
{
	static const char text[] = "deny read path /a\nkill any path /b\n";
	struct bw_rules all, copy = {0}, given = {0};

	(void)state;
	assert_int_equal(read_rules(&all, text, sizeof(text) - 1), 0);
	all.rules[1].from_file = false;
	assert_int_equal(bw_rules_copy(&copy, &all), 0);
	assert_int_equal(copy.n_policies, 2);
	assert_int_equal(copy.rules[1].policy, 1);
	assert_int_equal(copy.policies[1].action, BW_ACTION_KILL);
	assert_int_equal(copy.rules[1].line, 2);
	assert_int_equal(bw_rules_add_given(&given, &all, 0, SIZE_MAX), 0);
	assert_int_equal(given.n, 1);
	assert_int_equal(given.n_policies, 1);
	assert_int_equal(given.rules[0].policy, 0);
	assert_int_equal(given.policies[0].action, BW_ACTION_KILL);
	assert_int_equal(bw_rules_copy(&given, &all), 0); /* to what is there */
	assert_int_equal(given.n_policies, 2);
	assert_int_equal(given.rules[1].policy, 1);
	assert_int_equal(given.rules[2].policy, 0);
	bw_rules_free(&given);
	bw_rules_free(&copy);
	bw_rules_free(&all);
}

static bool include(const char *first, const char *second)
{
	struct bw_rules rules, others;
	bool all;

	assert_int_equal(read_rules(&rules, first, strlen(first)), 0);
	assert_int_equal(read_rules(&others, second, strlen(second)), 0);
	all = bw_rules_include_paths(&rules, &others);
	bw_rules_free(&rules);
	bw_rules_free(&others);
	return all;
}

static void a_rule_of_another_policy_is_another_rule(void **state)
{
	(void)state;
	assert_true(include("kill any path /b\ndeny read path /a\n", "deny read path /a\n"));
	assert_true(include("deny read path /a only uid 0 uid 1\n", "deny read path /a only uid 1 uid 0\n"));
	assert_false(include("deny read path /a\n", "kill read path /a\n"));
	assert_false(include("deny read path /a\n", "path /a\n"));
	assert_false(include("path /a\n", "deny read path /a\n"));
	assert_true(include("path /a\n", "deny read name a\n"));
}

static void many_rules_of_a_policy_are_read_at_once(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct bw_rules rules;

	(void)state;
	assert_non_null(out);
	for (int i = 0; i < BW_RULES_MAX; i++)
		fprintf(out, "deny write path /srv/%d except uid root\n", i);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(read_rules(&rules, text, len), 0);
	assert_int_equal(rules.n, BW_RULES_MAX);
	assert_int_equal(rules.n_policies, 1);
	bw_rules_free(&rules);
	free(text);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_file_may_have_rules_of_both_forms),
	cmocka_unit_test(the_length_of_a_pattern_is_bounded),
	cmocka_unit_test(a_mistake_is_reported_with_its_place),
	cmocka_unit_test(copies_have_the_policies_of_their_rules),
	cmocka_unit_test(a_rule_of_another_policy_is_another_rule),
	cmocka_unit_test(many_rules_of_a_policy_are_read_at_once),
	cmocka_unit_test(a_copy_has_the_same_rules),
	cmocka_unit_test(rules_of_the_command_line_are_kept_apart_from_those_of_files),
	cmocka_unit_test(whether_a_path_was_removed_is_known),
	cmocka_unit_test(a_file_of_rules_is_read_with_its_quotes_and_escapes),
	cmocka_unit_test(a_rule_of_another_form_is_refused),
	cmocka_unit_test(the_length_of_a_name_and_the_number_of_rules_are_bounded),
};

UNIT_MODULE("enforce/rules", NULL, NULL);
