/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cmd/block_report.h"
#include "tests/unit/capture.h"
#include "tests/unit/unit.h"

static const char *summary(uint64_t denied, uint64_t generation)
{
	static char text[256];
	const struct bw_block_options options = BW_BLOCK_OPTIONS_DEFAULTS;
	const uint64_t outcomes[OUTCOMES] = {[OUTCOME_DENIED] = denied};

	bw_block_report_summary(&options, BW_HOOK_LSM, outcomes, generation, text, sizeof(text));
	return text;
}

static void the_closing_line_has_the_generation_of_rules_from_a_file(void **state)
{
	(void)state;
	assert_string_equal(summary(1, 0), "1 access denied. ");
	assert_string_equal(summary(2, 3), "2 accesses denied. The rules were of generation 3. ");
}

static void the_header_has_what_is_denied(void **state)
{
	struct bw_block_options o = BW_BLOCK_OPTIONS_DEFAULTS;
	const char *why;

	(void)state;
	o.deny = true;
	o.access = bw_access_default;
	assert_int_equal(bw_rules_add(&o.rules, BW_RULE_PATH, "/x", &why), 0);
	capture();
	bw_block_report_header(&o, BW_HOOK_LSM);
	assert_string_equal(captured(), "Hook: LSM file_open.\nBlocking '/x': opens are denied. Ctrl-C ends.\n");
	o.deny_holders = true;
	capture();
	bw_block_report_header(&o, BW_HOOK_LSM);
	assert_non_null(strstr(captured(),
			       "Blocking '/x': opens, and reads, writes and mappings by descriptors that are "
			       "open already, are denied. Ctrl-C ends.\n"));
	bw_rules_free(&o.rules);
}

static const char *waiting_for(const char **paths, size_t n)
{
	const struct bw_enforcement e = {.absent = paths, .n_absent = n};

	capture();
	bw_block_report_waiting(&e);
	return captured();
}

static void what_is_waited_for_is_listed_up_to_a_limit(void **state)
{
	const char *paths[] = {"/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h", "/i", "/j"};
	char longer[4096];

	(void)state;
	assert_string_equal(waiting_for(paths, 0), "");
	assert_string_equal(waiting_for(paths, 1), "Waiting for: /a. It is protected from the moment it exists.\n");
	assert_string_equal(waiting_for(paths, 2),
			    "Waiting for: /a, /b. Each is protected from the moment it exists.\n");
	assert_string_equal(waiting_for(paths, 10), "Waiting for: /a, /b, /c, /d, /e, /f, /g, /h and 2 more. Each is "
						    "protected from the moment it exists.\n");
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	paths[1] = longer;
	assert_string_equal(waiting_for(paths, 3),
			    "Waiting for: /a and 2 more. Each is protected from the moment it exists.\n");
	assert_true(strlen(waiting_for(paths + 1, 1)) < 1200);
}

static void a_name_with_a_wildcard_is_reported_as_literal(void **state)
{
	static const char *const names[] = {"plain", "*.pem", "a?", "[x]", "b*", "c*", "d*"};
	struct bw_rules rules = {0};
	const char *why, *text;
	size_t lines = 0;

	(void)state;
	assert_int_equal(bw_rules_add(&rules, BW_RULE_PATH, "/x/*", &why), 0);
	for (size_t i = 0; i < LENGTH(names); i++)
		assert_int_equal(bw_rules_add(&rules, BW_RULE_NAME, names[i], &why), 0);
	capture();
	bw_block_report_literal_names(&rules);
	text = captured();
	assert_non_null(strstr(text, "the name '*.pem' is taken literally"));
	assert_non_null(strstr(text, "use --name-glob"));
	assert_non_null(strstr(text, "2 more names"));
	assert_null(strstr(text, "plain"));
	for (const char *p = text; (p = strchr(p, '\n')); p++)
		lines++;
	assert_int_equal(lines, 5);
	bw_rules_free(&rules);
}

static void what_a_pinned_run_leaves_is_reported_with_how_to_end_it(void **state)
{
	struct bw_block_options o = BW_BLOCK_OPTIONS_DEFAULTS;
	const uint64_t outcomes[OUTCOMES] = {[OUTCOME_DENIED] = 2};
	const char *why;
	char text[512];

	(void)state;
	o.deny = true;
	o.access = bw_access_default;
	o.pin = "p";
	bw_block_report_summary(&o, BW_HOOK_LSM, outcomes, 3, text, sizeof(text));
	assert_string_equal(text, "2 accesses denied. The rules were of generation 3. The enforcement stays, pinned as "
				  "'p', until bccwatch block --unpin p. ");
	assert_int_equal(bw_rules_add(&o.rules, BW_RULE_NAME, "x", &why), 0);
	capture();
	bw_block_report_header(&o, BW_HOOK_LSM);
	assert_non_null(strstr(captured(), "Ctrl-C ends this process, not the enforcement.\n"));
	bw_rules_free(&o.rules);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_a_pinned_run_leaves_is_reported_with_how_to_end_it),
	cmocka_unit_test(the_closing_line_has_the_generation_of_rules_from_a_file),
	cmocka_unit_test(the_header_has_what_is_denied),
	cmocka_unit_test(what_is_waited_for_is_listed_up_to_a_limit),
	cmocka_unit_test(a_name_with_a_wildcard_is_reported_as_literal),
};

UNIT_MODULE("cmd/block_report", NULL, NULL);
