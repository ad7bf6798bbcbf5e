/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "bpf_src/lib/target.h"
#include "enforce/policies.h"
#include "tests/unit/capture.h"
#include "tests/unit/unit.h"

static struct bw_policy policies[40];
static struct bw_rule rule_list[200];
static struct bw_rules rules;
static struct bw_policies made;
static const struct bw_policy plain = {
	.action = BW_ACTION_KILL, .error = EACCES, .access = {ACCESS_READ, ACCESS_READ | ACCESS_MKDIR, 0}};

static int begin(void **state)
{
	(void)state;
	memset(policies, 0, sizeof(policies));
	rules = (struct bw_rules){.rules = rule_list, .policies = policies};
	return 0;
}

static int end(void **state)
{
	(void)state;
	bw_policies_free(&made);
	return 0;
}

static int policy(enum bw_action action, uint32_t error, uint32_t file, uint32_t beneath, uint32_t ancestor)
{
	policies[rules.n_policies] =
		(struct bw_policy){.action = action, .error = error, .access = {file, beneath, ancestor}};
	return (int)rules.n_policies++;
}

static void rule(enum bw_rule_kind kind, int of)
{
	rule_list[rules.n++] = (struct bw_rule){.kind = kind, .policy = of};
}

static void rules_without_a_policy_of_their_own_need_none(void **state)
{
	(void)state;
	rule(BW_RULE_NAME, BW_RULE_PLAIN);
	assert_int_equal(bw_policies_make(&made, &rules, &plain), 0);
	assert_false(made.used);
	assert_null(made.of_rules);
}

static void each_policy_has_a_bit_for_files_and_one_for_directories(void **state)
{
	int deny = policy(BW_ACTION_DENY, EPERM, ACCESS_WRITE, ACCESS_WRITE | ACCESS_LINK, ACCESS_RENAME);

	(void)state;
	rule(BW_RULE_PATH, deny);
	rule(BW_RULE_DIR, deny);
	rule(BW_RULE_NAME, deny);
	rule(BW_RULE_NAME, BW_RULE_PLAIN);
	assert_int_equal(bw_policies_make(&made, &rules, &plain), 0);
	assert_true(made.used);
	assert_int_equal(made.n_bits, 3);
	assert_int_equal(made.of_rules[0].file, 1);
	assert_int_equal(made.of_rules[0].ancestor, 1);
	assert_int_equal(made.of_rules[1].beneath, 2);
	assert_int_equal(made.of_rules[2].file, 1);
	assert_int_equal(made.of_rules[3].file, 4);
	assert_int_equal(made.of_rules[3].ancestor, 0);
	assert_int_equal(made.set.of_access[1], 3); /* write */
	assert_int_equal(made.set.of_access[9], 2); /* link */
	assert_int_equal(made.set.of_access[0], 4); /* read: the plain one */
	assert_int_equal(made.set.of_access[12], 0);
	assert_int_equal(made.set.of_ancestor_rename, 3);
	assert_int_equal(made.set.of_ancestor_mount, 0);
	assert_int_equal(made.set.beneath, 2);
	assert_int_equal(made.set.kill, 4);
	assert_int_equal(made.set.audit, 0);
	assert_int_equal(made.set.errors[0], EPERM);
	assert_int_equal(made.set.errors[2], EACCES);
	assert_int_equal(made.access.file, ACCESS_WRITE | ACCESS_READ);
	assert_int_equal(made.access.beneath, ACCESS_WRITE | ACCESS_LINK | ACCESS_READ);
}

static void of_rules_that_match_the_first_decides(void **state)
{
	int deny = policy(BW_ACTION_DENY, EACCES, ACCESS_READ, 0, 0),
	    kill = policy(BW_ACTION_KILL, EACCES, ACCESS_READ, 0, 0);
	int audit = policy(BW_ACTION_AUDIT, 0, ACCESS_READ, 0, 0);

	(void)state;
	rule(BW_RULE_NAME, deny);
	rule(BW_RULE_NAME, audit);
	rule(BW_RULE_NAME, deny); /* an audit between decides nothing */
	rule(BW_RULE_NAME, kill);
	rule(BW_RULE_NAME, audit);
	rule(BW_RULE_NAME, deny); /* behind the kill */
	assert_int_equal(bw_policies_make(&made, &rules, &plain), 0);
	assert_int_equal(made.of_rules[0].file, 1);
	assert_int_equal(made.of_rules[1].file, 2);
	assert_int_equal(made.of_rules[2].file, 1);
	assert_int_equal(made.of_rules[3].file, 4);
	assert_int_equal(made.of_rules[4].file, 2);
	assert_int_equal(made.of_rules[5].file, 8);
	assert_int_equal(made.set.audit, 2);
	assert_int_equal(made.set.kill, 4);
}

static void more_policies_than_bits_are_an_error(void **state)
{
	(void)state;
	for (uint32_t i = 0; i <= POLICIES_MAX; i++)
		rule(BW_RULE_NAME, policy(BW_ACTION_DENY, EACCES, 1U << (i % 17) | 1U << (i % 16), 0, 0));
	capture();
	assert_int_equal(bw_policies_make(&made, &rules, &plain), -E2BIG);
	assert_non_null(strstr(captured(), "more than 31 different"));
}

static void a_subject_has_the_bits_of_all_policies_that_name_it(void **state)
{
	struct bw_subject of_first[] = {{BW_SUBJECT_UID, false, (char *)"root", 0},
					{BW_SUBJECT_EXE, true, (char *)"/x", 0}};
	struct bw_subject of_second[] = {{BW_SUBJECT_UID, true, (char *)"0", 0},
					 {BW_SUBJECT_EXE, false, (char *)"/y", 0}};
	int first = policy(BW_ACTION_DENY, EACCES, ACCESS_READ, 0, 0),
	    second = policy(BW_ACTION_DENY, EACCES, ACCESS_READ, 0, 0);

	(void)state;
	policies[first].subjects = of_first;
	policies[second].subjects = of_second;
	policies[first].n_subjects = policies[second].n_subjects = 2;
	rule(BW_RULE_NAME, first);
	rule(BW_RULE_NAME, second);
	assert_int_equal(bw_policies_make(&made, &rules, &plain), 0);
	assert_int_equal(made.n_subjects, 3);
	assert_int_equal(bw_policies_subjects(&made, BW_SUBJECT_EXE), 2);
	assert_int_equal(made.subjects[0].bits.except, 1);
	assert_int_equal(made.subjects[0].bits.only, 2);
	assert_int_equal(made.subjects[1].bits.only, 1);
	assert_int_equal(made.set.only, 3);
}

static void what_was_learned_keeps_its_policy_under_another_bit(void **state)
{
	int deny = policy(BW_ACTION_DENY, EACCES, ACCESS_READ, ACCESS_READ, 0),
	    kill = policy(BW_ACTION_KILL, EACCES, ACCESS_READ, ACCESS_READ, 0);
	struct bw_policies next, none;
	struct bw_rule other[] = {{.kind = BW_RULE_DIR, .policy = kill},
				  {.kind = BW_RULE_NAME, .policy = BW_RULE_PLAIN},
				  {.kind = BW_RULE_NAME, .policy = deny}};
	struct bw_rules others = {.rules = other, .n = 3, .policies = policies, .n_policies = 2};

	(void)state;
	rule(BW_RULE_NAME, deny);
	rule(BW_RULE_DIR, kill);
	rule(BW_RULE_DIR, BW_RULE_PLAIN);
	assert_int_equal(bw_policies_make(&made, &rules, &plain), 0);
	assert_int_equal(bw_policies_make(&next, &others, &plain), 0);
	assert_false(bw_policies_equal(&made, &next));
	assert_int_equal(bw_policies_translate(&made, &next, 1 | 2), 4 | 1);
	assert_int_equal(bw_policies_translate(&made, &next, 4), 0); /* no directory of a plain rule is left */
	others.n_policies = 0;
	assert_int_equal(bw_policies_make(&none, &others, &plain), 0);
	assert_int_equal(bw_policies_translate(&made, &none, 4 | 1), ACCESS_READ | ACCESS_MKDIR);
	assert_int_equal(bw_policies_translate(&none, &made, ACCESS_READ), 4);
	assert_int_equal(bw_policies_translate(&none, &none, 7), 7);
	bw_policies_free(&next);
}

#define WITH_SETUP(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	WITH_SETUP(rules_without_a_policy_of_their_own_need_none),
	WITH_SETUP(each_policy_has_a_bit_for_files_and_one_for_directories),
	WITH_SETUP(of_rules_that_match_the_first_decides),
	WITH_SETUP(more_policies_than_bits_are_an_error),
	WITH_SETUP(a_subject_has_the_bits_of_all_policies_that_name_it),
	WITH_SETUP(what_was_learned_keeps_its_policy_under_another_bit),
};

UNIT_MODULE("enforce/policies", NULL, NULL);
