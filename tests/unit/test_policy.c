/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "enforce/policy.h"
#include "enforce/rule_line.h"
#include "tests/unit/unit.h"

/* The policy of a line. */
static struct bw_policy policy_of(const char *line)
{
	struct bw_rule_subject_names names = {0};
	struct bw_rule_line_error error;
	struct bw_rule_line rule;
	struct bw_policy policy;

	if (bw_rule_line_parse(&rule, line, &names, &error) != 0)
		fail_msg("%s: %u: %s", line, error.column, error.reason);
	policy = rule.policy;
	rule.policy = (struct bw_policy){0};
	bw_rule_line_free(&rule);
	return policy;
}

static bool are_equal(const char *first, const char *second)
{
	BW_CLEANUP(bw_policy_free) struct bw_policy a = policy_of(first), b = policy_of(second);
	bool equal = bw_policy_equal(&a, &b);

	assert_int_equal(bw_policy_equal(&b, &a), equal);
	return equal;
}

static void policies_of_the_same_effect_are_equal(void **state)
{
	(void)state;
	assert_true(are_equal("deny write dir /a", "deny EACCES write path /b"));
	assert_true(are_equal("deny read,exec name a", "deny exec,read,exec name b"));
	assert_true(are_equal("kill any path /a except uid 0 comm x", "kill any path /a except comm x uid 00"));
	assert_true(are_equal("kill any path /a except uid root", "kill any path /a except uid 0 uid 0"));
	assert_true(are_equal("audit any path /a only unit a.service except exe /x",
			      "audit any path /a except exe /x only unit a.service"));
}

static void policies_of_another_effect_are_not(void **state)
{
	(void)state;
	assert_false(are_equal("deny write dir /a", "kill write dir /a"));
	assert_false(are_equal("deny write dir /a", "deny EPERM write dir /a"));
	assert_false(are_equal("deny write dir /a", "deny read dir /a"));
	assert_false(are_equal("deny write dir /a except uid 0", "deny write dir /a"));
	assert_false(are_equal("deny write dir /a except uid 0", "deny write dir /a only uid 0"));
	assert_false(are_equal("deny write dir /a except uid 0", "deny write dir /a except gid 0"));
	assert_false(are_equal("deny write dir /a except uid 0", "deny write dir /a except uid 0 uid 1"));
	assert_false(are_equal("deny write dir /a except comm a comm b", "deny write dir /a except comm a comm c"));
}

static void a_copy_is_equal_and_its_own(void **state)
{
	BW_CLEANUP(bw_policy_free)
	struct bw_policy policy = policy_of("deny ENOENT any dir /a except uid root exe /x only container any");
	BW_CLEANUP(bw_policy_free) struct bw_policy copy;

	(void)state;
	assert_int_equal(bw_policy_copy(&copy, &policy), 0);
	assert_true(bw_policy_equal(&copy, &policy));
	assert_ptr_not_equal(copy.subjects[1].value, policy.subjects[1].value);
	assert_string_equal(copy.subjects[0].value, "root");
	assert_int_equal(copy.error, ENOENT);
}

static void an_error_has_a_number_and_a_name(void **state)
{
	(void)state;
	assert_int_equal(bw_policy_error("EROFS"), EROFS);
	assert_int_equal(bw_policy_error("EINVAL"), 0);
	assert_int_equal(bw_policy_error("eperm"), 0);
	assert_string_equal(bw_policy_error_name(EPERM), "EPERM");
	assert_null(bw_policy_error_name(EINVAL));
	for (const char *word = BW_POLICY_ERRORS; *word; word += strcspn(word, " "), word += *word == ' ') {
		char name[16];

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, " "), word);
		assert_string_equal(bw_policy_error_name(bw_policy_error(name)), name);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(policies_of_the_same_effect_are_equal),
	cmocka_unit_test(policies_of_another_effect_are_not),
	cmocka_unit_test(a_copy_is_equal_and_its_own),
	cmocka_unit_test(an_error_has_a_number_and_a_name),
};

UNIT_MODULE("enforce/policy", NULL, NULL);
