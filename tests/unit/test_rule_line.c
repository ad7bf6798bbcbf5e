/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "bpf_src/lib/target.h"
#include "enforce/rule_line.h"
#include "tests/unit/unit.h"

static struct bw_rule_line read_line(const char *line)
{
	struct bw_rule_subject_names names = {0};
	struct bw_rule_line_error error;
	struct bw_rule_line rule;

	if (bw_rule_line_parse(&rule, line, &names, &error) != 0)
		fail_msg("%s: %u: %s", line, error.column, error.reason);
	return rule;
}

static void assert_subject(const struct bw_policy *policy, size_t i, enum bw_subject_kind kind, bool only,
			   const char *value)
{
	assert_in_range(i, 0, policy->n_subjects - 1);
	assert_int_equal(policy->subjects[i].kind, kind);
	assert_int_equal(policy->subjects[i].only, only);
	assert_string_equal(policy->subjects[i].value, value);
}

static void a_line_has_an_action_operations_and_an_object(void **state)
{
	BW_CLEANUP(bw_rule_line_free) struct bw_rule_line deny = read_line("deny write dir /etc");
	BW_CLEANUP(bw_rule_line_free) struct bw_rule_line kill = read_line(" kill\tany  name block_test.c \t");
	BW_CLEANUP(bw_rule_line_free) struct bw_rule_line audit = read_line("audit read path /etc/shadow");
	BW_CLEANUP(bw_rule_line_free) struct bw_rule_line error = read_line("deny EPERM read,attr path \"/srv/a b\"");

	(void)state;
	assert_int_equal(deny.policy.action, BW_ACTION_DENY);
	assert_int_equal(deny.policy.error, EACCES);
	assert_int_equal(deny.kind, BW_RULE_DIR);
	assert_string_equal(deny.object, "/etc");
	assert_int_equal(deny.column, 16);
	assert_int_equal(deny.policy.n_subjects, 0);
	assert_int_equal(kill.policy.action, BW_ACTION_KILL);
	assert_int_equal(kill.policy.access.file, (uint32_t)ACCESS_ANY & ~(uint32_t)ACCESS_STAT);
	assert_string_equal(kill.object, "block_test.c");
	assert_int_equal(kill.column, 17);
	assert_int_equal(audit.policy.action, BW_ACTION_AUDIT);
	assert_int_equal(audit.policy.access.file, ACCESS_READ);
	assert_int_equal(error.policy.error, EPERM);
	assert_int_equal(error.policy.access.file, ACCESS_READ | ACCESS_ATTR);
	assert_string_equal(error.object, "/srv/a b");
}

static void mounting_beneath_is_denied_with_whatever_else_is(void **state)
{
	BW_CLEANUP(bw_rule_line_free) struct bw_rule_line deny = read_line("deny read dir /etc");
	BW_CLEANUP(bw_rule_line_free) struct bw_rule_line kill = read_line("kill read dir /etc");
	BW_CLEANUP(bw_rule_line_free) struct bw_rule_line audit = read_line("audit read dir /etc");

	(void)state;
	assert_int_equal(deny.policy.access.beneath, ACCESS_READ | ACCESS_MOUNT);
	assert_int_equal(kill.policy.access.beneath, ACCESS_READ | ACCESS_MOUNT);
	assert_int_equal(audit.policy.access.beneath, ACCESS_READ);
}

static void subjects_follow_except_and_only(void **state)
{
	BW_CLEANUP(bw_rule_line_free)
	struct bw_rule_line rule =
		read_line("deny any dir /srv except exe /usr/bin/dpkg unit apt-daily.service uid root uid 12 gid root "
			  "comm \"a b\" only cgroup /system.slice container any container 0123456789ab children 17");
	const struct bw_policy *policy = &rule.policy;

	(void)state;
	assert_int_equal(policy->n_subjects, 10);
	assert_subject(policy, 0, BW_SUBJECT_EXE, false, "/usr/bin/dpkg");
	assert_subject(policy, 1, BW_SUBJECT_UNIT, false, "apt-daily.service");
	assert_subject(policy, 2, BW_SUBJECT_UID, false, "root");
	assert_int_equal(policy->subjects[2].number, 0);
	assert_subject(policy, 3, BW_SUBJECT_UID, false, "12");
	assert_int_equal(policy->subjects[3].number, 12);
	assert_subject(policy, 4, BW_SUBJECT_GID, false, "root");
	assert_subject(policy, 5, BW_SUBJECT_COMM, false, "a b");
	assert_subject(policy, 6, BW_SUBJECT_CGROUP, true, "/system.slice");
	assert_subject(policy, 7, BW_SUBJECT_CONTAINER, true, "any");
	assert_subject(policy, 8, BW_SUBJECT_CONTAINER, true, "0123456789ab");
	assert_subject(policy, 9, BW_SUBJECT_CHILDREN, true, "17");
	assert_int_equal(policy->subjects[9].number, 17);
}

static void what_is_in_quotes_is_one_value_and_no_keyword(void **state)
{
	BW_CLEANUP(bw_rule_line_free) struct bw_rule_line name = read_line("deny any name \"\\\\a \\\"\\x5d\\n\\t\"");
	BW_CLEANUP(bw_rule_line_free) struct bw_rule_line path = read_line("deny any path /a\\b*\"c except comm only");
	BW_CLEANUP(bw_rule_line_free) struct bw_rule_line exe = read_line("deny any path \"except\" only exe \"a b\"");

	(void)state;
	assert_string_equal(name.object, "\\a \"]\n\t");
	assert_string_equal(path.object, "/a\\b*\"c");
	assert_subject(&path.policy, 0, BW_SUBJECT_COMM, false, "only");
	assert_string_equal(exe.object, "except");
	assert_int_equal(exe.policy.subjects[0].value[0], '/');
	assert_non_null(strstr(exe.policy.subjects[0].value, "/a b"));
}

static void a_name_and_the_last_component_of_a_path_may_be_a_pattern(void **state)
{
	static const struct {
		const char *line, *object;
		enum bw_rule_kind kind;
	} lines[] = {
		{"deny any name *.pem", "*.pem", BW_RULE_NAME_GLOB},
		{"deny any name \"[a b]?\"", "[a b]?", BW_RULE_NAME_GLOB},
		{"deny any name a\\*b", "a*b", BW_RULE_NAME},
		{"deny any path /etc/*.conf", "/etc/*.conf", BW_RULE_PATH_GLOB},
		{"deny any path /*", "/*", BW_RULE_PATH_GLOB},
		{"deny any path *.c", "*.c", BW_RULE_PATH_GLOB},
		{"deny any path /a\\[1]/\\**", "/a[1]/\\**", BW_RULE_PATH_GLOB},
		{"deny any path /a\\[1\\]/\\?", "/a[1]/?", BW_RULE_PATH},
		{"deny any dir /a\\*", "/a*", BW_RULE_DIR},
		{"deny any dir /a\\b", "/a\\b", BW_RULE_DIR},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(lines); i++) {
		BW_CLEANUP(bw_rule_line_free) struct bw_rule_line rule = read_line(lines[i].line);

		assert_int_equal(rule.kind, lines[i].kind);
		assert_string_equal(rule.object, lines[i].object);
	}
}

static const struct {
	const char *line;
	unsigned column;
	const char *reason, *hint; /* parts of them */
} bad[] = {
	{"deny", 5, "operations are missing", "for instance"},
	{"deny any path /a*/b", 17, "only a name, or the last component", "a backslash"},
	{"deny any path /a*/*", 17, "only a name, or the last component", "a backslash"},
	{"deny any dir /a*", 16, "only a name, or the last component", "a backslash"},
	{"deny any path /a/[b", 18, "there is no ]", "a backslash"},
	{"deny any name a[[:x:]]*", 17, "no such class", ""},
	{"deny path /x", 6, "operations are missing", ""},
	{"deny EPERM path /x", 12, "operations are missing", ""},
	{"deny raed path /x", 6, "no such operation: 'raed'", "did you mean read?"},
	{"deny read,unlink path /x", 11, "no such operation: 'unlink'", "delete"},
	{"deny read, write path /x", 11, "an operation is missing", "blanks"},
	{"deny EINVAL read path /x", 6, "no such error: 'EINVAL'", "EACCES"},
	{"audit EPERM read path /x", 7, "fails with EPERM", "leave it out"},
	{"deny read", 10, "name, path or dir is missing", ""},
	{"deny read file /x", 11, "'file' stands where", ""},
	{"deny read path", 15, "nothing behind 'path'", ""},
	{"  deny read path \"/x", 18, "no closing quote", ""},
	{"deny read path \"/\\x00\"", 18, "backslash", ""},
	{"deny read path \"/x\"y", 20, "behind the closing quote", "blank"},
	{"deny read path /x y", 19, "'y' stands where except or only", "quotes"},
	{"deny read path /x # y", 19, "ends with the line", "comment"},
	{"deny read path /x except", 25, "no subject behind 'except'", "uid"},
	{"deny read path /x except only uid 0", 26, "'only' stands where a subject", "uid"},
	{"deny read path /x except user 0", 26, "'user' stands where a subject", "uid"},
	{"deny read path /x except uid", 29, "nothing behind 'uid'", ""},
	{"deny read path /x except uid nobody-at-all", 30, "neither a number nor a user name", ""},
	{"deny read path /x except uid 4294967296", 30, "neither a number nor a user name", ""},
	{"deny read path /x except gid no-group-at-all", 30, "neither a number nor a group name", ""},
	{"deny read path /x except uid \"\"", 30, "neither a number nor a user name", ""},
	{"deny read path /x except comm 0123456789abcdef", 31, "1 to 15 bytes", ""},
	{"deny read path /x only uid 0 exe \"\"", 34, "1 to 4095 bytes", ""},
	{"deny read path /x only unit a/b", 29, "no slash", ""},
	{"deny read path /x only cgroup a", 31, "begins with a slash", ""},
	{"deny read path /x only container 0123", 34, "neither a container's id", ""},
	{"deny read path /x only children 0", 33, "not the number of a process", ""},
	{"deny read path /x only children self", 33, "not the number of a process", ""},
};

static void a_mistake_is_named_with_its_column(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		BW_CLEANUP(bw_rule_line_free) struct bw_rule_line rule;
		struct bw_rule_subject_names names = {0};
		struct bw_rule_line_error error = {0};

		if (bw_rule_line_parse(&rule, bad[i].line, &names, &error) != -EINVAL ||
		    error.column != bad[i].column || !strstr(error.reason, bad[i].reason) ||
		    !strstr(error.hint, bad[i].hint))
			fail_msg("%s: %u: %s (%s)", bad[i].line, error.column, error.reason, error.hint);
	}
}

static void the_number_of_subjects_is_bounded(void **state)
{
	char line[32 + 7 * (BW_RULE_LINE_SUBJECTS_MAX + 1)] = "deny any path /x except";
	struct bw_rule_subject_names names = {0};
	struct bw_rule_line_error error;
	BW_CLEANUP(bw_rule_line_free) struct bw_rule_line rule;

	(void)state;
	for (int i = 0; i <= BW_RULE_LINE_SUBJECTS_MAX; i++)
		strcat(line, " uid 1");
	assert_int_equal(bw_rule_line_parse(&rule, line, &names, &error), -EINVAL);
	assert_string_equal(error.reason, "these are more than 1024 subjects");
}

static void a_name_that_is_asked_for_again_is_known(void **state)
{
	struct bw_rule_subject_names names = {0};
	struct bw_rule_line_error error;

	(void)state;
	for (int i = 0; i < 2; i++) {
		BW_CLEANUP(bw_rule_line_free) struct bw_rule_line rule;

		assert_int_equal(bw_rule_line_parse(&rule, "deny any path /x only uid root gid root", &names, &error),
				 0);
		assert_int_equal(rule.policy.subjects[0].number, 0);
		assert_string_equal(names.user, "root");
		assert_string_equal(names.group, "root");
		names.uid = names.gid = 0;
	}
}

static void a_line_is_known_by_its_first_word(void **state)
{
	(void)state;
	assert_true(bw_rule_line_is_one("deny"));
	assert_true(bw_rule_line_is_one(" \taudit\tx"));
	assert_true(bw_rule_line_is_one("kill x"));
	assert_false(bw_rule_line_is_one("denyx"));
	assert_false(bw_rule_line_is_one("name deny"));
	assert_false(bw_rule_line_is_one("Deny x"));
	assert_false(bw_rule_line_is_one(""));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_line_has_an_action_operations_and_an_object),
	cmocka_unit_test(mounting_beneath_is_denied_with_whatever_else_is),
	cmocka_unit_test(subjects_follow_except_and_only),
	cmocka_unit_test(what_is_in_quotes_is_one_value_and_no_keyword),
	cmocka_unit_test(a_name_and_the_last_component_of_a_path_may_be_a_pattern),
	cmocka_unit_test(a_mistake_is_named_with_its_column),
	cmocka_unit_test(the_number_of_subjects_is_bounded),
	cmocka_unit_test(a_name_that_is_asked_for_again_is_known),
	cmocka_unit_test(a_line_is_known_by_its_first_word),
};

UNIT_MODULE("enforce/rule_line", NULL, NULL);
