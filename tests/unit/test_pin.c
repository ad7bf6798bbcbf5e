/* SPDX-License-Identifier: Apache-2.0 */
/* enforce/pin, pin_set and pin_text: what needs no kernel. */
#include "base/cleanup.h"
#include "enforce/pin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "enforce/pin_text.h"
#include "enforce/rule_line.h"
#include "tests/unit/capture.h"
#include "tests/unit/unit.h"

static void a_generation_has_one_name(void **state)
{
	static const char *const others[] = {"", "g", "g0", "g01", "g-1", "g+1", "g1x", "G1", "info", "x1", " g1"};

	(void)state;
	assert_int_equal(bw_pin_set_number("g1"), 1);
	assert_int_equal(bw_pin_set_number("g4294967296"), 4294967296);
	for (size_t i = 0; i < LENGTH(others); i++)
		assert_int_equal(bw_pin_set_number(others[i]), 0);
}

static void another_version_is_refused_with_the_way_out(void **state)
{
	struct bw_pin_info info = {.version = BW_PIN_VERSION};
	const char *text;

	(void)state;
	assert_int_equal(bw_pin_check_version("p", &info), 0);
	info.version = BW_PIN_VERSION + 1;
	capture();
	assert_int_equal(bw_pin_check_version("p", &info), -EPROTO);
	text = captured();
	assert_non_null(strstr(text, "has version 3, this bccwatch knows version 2"));
	assert_non_null(strstr(text, "bccwatch block --unpin p"));
}

static void events_of_another_layout_are_not_taken_over(void **state)
{
	struct bw_layout_field fields[] = {{.name = "pid", .size = 4, .count = 1},
					   {.name = "fname", .offset = 4, .size = 1, .count = 16}};
	struct bw_image_event event = {.layout = {fields, 2, 20}};
	struct bw_image image = {.events = &event, .n_events = 1};
	struct bw_pin_info info = {.layout = bw_pin_layout(&image)};
	struct bw_pin pin = {.name = "p", .info = &info};

	(void)state;
	fields[0].name = "tid";
	assert_int_equal(bw_pin_check_layout(&pin, &image), 0); /* nothing is pinned */
	pin.old.loaded.image = &pin.old.image;
	capture();
	assert_int_equal(bw_pin_check_layout(&pin, &image), -EPROTO);
	assert_non_null(strstr(captured(), "its events have another layout"));
	fields[0].name = "pid";
	assert_int_equal(bw_pin_check_layout(&pin, &image), 0);
	fields[1].offset = 8;
	capture();
	assert_int_equal(bw_pin_check_layout(&pin, &image), -EPROTO);
	assert_true(*captured());
}

static void add_line(struct bw_rules *rules, const char *line)
{
	BW_CLEANUP(bw_rule_line_free) struct bw_rule_line rule;
	struct bw_rule_subject_names names = {0};
	struct bw_rule_line_error error;
	const char *why;

	assert_int_equal(bw_rule_line_parse(&rule, line, &names, &error), 0);
	assert_int_equal(bw_rules_add_line(rules, &rule, &why), 0);
}

static void the_rules_are_read_as_they_were_written(void **state)
{
	static const char *const exes[] = {"/bin/a", "/bin/b"};
	const struct bw_subject subject = {BW_SUBJECT_UID, true, (char *)"root", 0};
	const struct bw_policy plain = {BW_ACTION_KILL, EPERM, bw_access_default, (struct bw_subject *)&subject, 1};
	BW_CLEANUP(bw_policy_free) struct bw_policy plain_again;
	struct bw_rules rules = {0}, again = {0};
	const char *why;
	char *text;
	size_t len;

	(void)state;
	assert_int_equal(bw_rules_add(&rules, BW_RULE_NAME, "a\nb", &why), 0);
	assert_int_equal(bw_rules_add(&rules, BW_RULE_PATH, "/p", &why), 0);
	assert_int_equal(bw_rules_add(&rules, BW_RULE_DIR, "/d", &why), 0);
	assert_int_equal(bw_rules_add(&rules, BW_RULE_NAME_GLOB, "*.pem", &why), 0);
	add_line(&rules, "kill EPERM read path \"/a \\n\\\\*\" except uid 12 comm \"a b\" only container any");
	assert_int_equal(bw_pin_text_write(&rules, &plain, exes, 2, &text, &len), 0);
	assert_int_equal(bw_pin_text_read(text, len, &again, &plain_again), 0);
	assert_int_equal(again.n, 5);
	assert_true(bw_policy_equal(&plain, &plain_again));
	assert_true(bw_policy_equal(&rules.policies[0], &again.policies[0]));
	for (size_t i = 0; i < again.n; i++) {
		assert_int_equal(again.rules[i].kind, rules.rules[i].kind);
		assert_string_equal(again.rules[i].value, rules.rules[i].value);
		assert_int_equal(again.rules[i].policy, rules.rules[i].policy);
	}
	assert_true(bw_pin_text_has_programs(text, len, exes, 2));
	assert_false(bw_pin_text_has_programs(text, len, exes, 1));
	assert_false(bw_pin_text_has_programs(text, len, exes + 1, 1));
	assert_false(bw_pin_text_has_programs(text, len, NULL, 0));
	assert_false(bw_pin_text_has_programs(text, len - 1, exes, 2));
	bw_rules_free(&again);
	assert_int_equal(bw_pin_text_read(text, len - 1, &again, NULL), -EBADMSG);
	text[0] = '?';
	assert_int_equal(bw_pin_text_read(text, len, &again, NULL), -EBADMSG);
	bw_rules_free(&again);
	bw_rules_free(&rules);
	free(text);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_generation_has_one_name),
	cmocka_unit_test(another_version_is_refused_with_the_way_out),
	cmocka_unit_test(events_of_another_layout_are_not_taken_over),
	cmocka_unit_test(the_rules_are_read_as_they_were_written),
};

UNIT_MODULE("enforce/pin", NULL, NULL);
