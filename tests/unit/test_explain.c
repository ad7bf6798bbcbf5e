/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "bpf_src/lib/target.h"
#include "enforce/explain.h"
#include "tests/unit/root.h"
#include "tests/unit/unit.h"

static bool matches(enum bw_rule_kind kind, const char *value, const char *path, const char *other)
{
	struct bw_rules rules = {0};
	const char *paths[] = {path, other}, *why;
	const struct bw_explain_file file = {paths, other ? 2 : 1};
	BW_FREE char *real = NULL;
	bool r;

	assert_int_equal(bw_rules_add(&rules, kind, value, &why), 0);
	real = bw_explain_real(&rules.rules[0]);
	r = bw_explain_matches(&rules.rules[0], real, &file);
	bw_rules_free(&rules);
	return r;
}

static void a_file_is_matched_as_the_rules_are_enforced(void **state)
{
	char dir[256], link[256], file[256], beneath[256], glob[256], none[256];

	(void)state;
	put("/d/sub/f.pem", "");
	assert_int_equal(symlink("d", below("/link")), 0);
	snprintf(dir, sizeof(dir), "%s", below("/d"));
	snprintf(link, sizeof(link), "%s", below("/link"));
	snprintf(file, sizeof(file), "%s", below("/link/sub/f.pem"));
	snprintf(beneath, sizeof(beneath), "%s", below("/d/sub/f.pem"));
	snprintf(glob, sizeof(glob), "%s", below("/link/sub/*.pem"));
	snprintf(none, sizeof(none), "%s", below("/d/sub/new"));
	assert_true(matches(BW_RULE_NAME, "f.pem", beneath, NULL));
	assert_false(matches(BW_RULE_NAME, "f.pem", none, beneath));
	assert_true(matches(BW_RULE_NAME_GLOB, "f.*", beneath, NULL));
	assert_false(matches(BW_RULE_NAME_GLOB, "?.pem?", beneath, NULL));
	assert_true(matches(BW_RULE_PATH, file, beneath, NULL));
	assert_true(matches(BW_RULE_PATH, none, none, NULL));
	assert_true(matches(BW_RULE_PATH, file, "/elsewhere", beneath));
	assert_false(matches(BW_RULE_PATH, dir, beneath, NULL));
	assert_true(matches(BW_RULE_DIR, link, beneath, NULL));
	assert_false(matches(BW_RULE_DIR, dir, dir, NULL));
	assert_false(matches(BW_RULE_DIR, below("/d/su"), beneath, NULL));
	assert_true(matches(BW_RULE_PATH_GLOB, glob, beneath, NULL));
	assert_false(matches(BW_RULE_PATH_GLOB, below("/*.pem"), beneath, NULL));
	assert_false(matches(BW_RULE_PATH_GLOB, glob, none, NULL));
}

static void the_symlinks_that_a_rules_path_leads_through_are_matched_too(void **state)
{
	char way[256];

	(void)state;
	put("/w/file", "");
	assert_int_equal(symlink("w/between", below("/way")), 0);
	assert_int_equal(symlink("../w/file", below("/w/between")), 0);
	assert_int_equal(symlink("file", below("/w/beside")), 0);
	assert_int_equal(symlink("loop", below("/loop")), 0);
	snprintf(way, sizeof(way), "%s", below("/way"));
	assert_true(matches(BW_RULE_PATH, way, way, NULL));
	assert_true(matches(BW_RULE_PATH, way, below("/w/between"), NULL));
	assert_true(matches(BW_RULE_PATH, way, below("/w/file"), NULL));
	assert_false(matches(BW_RULE_PATH, way, below("/w/beside"), NULL));
	assert_false(matches(BW_RULE_PATH, below("/loop"), way, NULL));
	strcat(way, "/");
	assert_true(matches(BW_RULE_PATH, way, below("/w/file"), NULL));
}

static enum bw_explain_answer holds(struct bw_subject a, struct bw_subject b, bool has_uid, uint32_t uid)
{
	struct bw_subject subjects[] = {a, b};
	const struct bw_policy policy = {.subjects = subjects, .n_subjects = 2};
	const struct bw_explain_subject who = {.has_uid = has_uid, .uid = uid};

	return bw_explain_holds(&policy, &who);
}

static void subjects_are_known_or_it_depends(void **state)
{
	static char one[] = "1", two[] = "2", unit[] = "a.service";
	const struct bw_subject not1 = {BW_SUBJECT_UID, false, one, 1}, not2 = {BW_SUBJECT_UID, false, two, 2};
	const struct bw_subject only1 = {BW_SUBJECT_UID, true, one, 1}, only2 = {BW_SUBJECT_UID, true, two, 2};
	const struct bw_subject only_unit = {BW_SUBJECT_UNIT, true, unit, 0};

	(void)state;
	assert_int_equal(holds(not1, not2, false, 0), BW_EXPLAIN_DEPENDS);
	assert_int_equal(holds(not1, not2, true, 1), BW_EXPLAIN_NO);
	assert_int_equal(holds(not1, not2, true, 3), BW_EXPLAIN_YES);
	assert_int_equal(holds(only1, only2, true, 2), BW_EXPLAIN_YES);
	assert_int_equal(holds(only1, only2, true, 3), BW_EXPLAIN_NO);
	assert_int_equal(holds(only1, only_unit, true, 3), BW_EXPLAIN_DEPENDS);
	assert_int_equal(holds(only1, only_unit, true, 1), BW_EXPLAIN_YES);
	assert_int_equal(holds(only1, not1, true, 1), BW_EXPLAIN_NO);
}

static uint32_t concerned(enum bw_rule_kind kind, const char *object, const char *path, uint32_t wanted)
{
	const struct bw_policy policy = {
		.access = {ACCESS_READ | ACCESS_ATTR, ACCESS_READ | ACCESS_MKDIR | ACCESS_ATTR, ACCESS_RENAME}};
	const struct bw_rule rule = {.kind = kind, .value = (char *)object};
	const struct bw_explain_file file = {&path, 1};
	const struct bw_access all = {wanted, wanted, wanted};
	const struct bw_access got = bw_explain_concerned(&policy, &rule, object, &file, &all);

	assert_int_equal(got.file, got.beneath);
	return got.file;
}

static void only_what_both_have_is_concerned(void **state)
{
	(void)state;
	assert_int_equal(concerned(BW_RULE_PATH, "/a/b", "/a/b", ACCESS_READ | ACCESS_WRITE | ACCESS_MKDIR),
			 ACCESS_READ);
	assert_int_equal(concerned(BW_RULE_DIR, "/a/b", "/a/b/c", ACCESS_MKDIR | ACCESS_WRITE), ACCESS_MKDIR);
}

static void directories_above_and_that_of_a_rule_are_concerned_by_some_accesses(void **state)
{
	(void)state;
	assert_int_equal(concerned(BW_RULE_PATH, "/a/b", "/a", UINT32_MAX), ACCESS_RENAME);
	assert_int_equal(concerned(BW_RULE_DIR, "/a/b", "/a", UINT32_MAX), ACCESS_RENAME);
	assert_int_equal(concerned(BW_RULE_DIR, "/a/b", "/a/b", UINT32_MAX), ACCESS_RENAME | ACCESS_ATTR);
	assert_int_equal(concerned(BW_RULE_DIR, "/a/b", "/", UINT32_MAX), 0);
	assert_int_equal(concerned(BW_RULE_DIR, "/a/b", "/a/bb", UINT32_MAX), 0);
	assert_int_equal(concerned(BW_RULE_NAME, "b", "/a", UINT32_MAX), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(a_file_is_matched_as_the_rules_are_enforced, make_root, remove_root),
	cmocka_unit_test(the_symlinks_that_a_rules_path_leads_through_are_matched_too),
	cmocka_unit_test(subjects_are_known_or_it_depends),
	cmocka_unit_test(only_what_both_have_is_concerned),
	cmocka_unit_test(directories_above_and_that_of_a_rule_are_concerned_by_some_accesses),
};

UNIT_MODULE("enforce/explain", NULL, NULL);
