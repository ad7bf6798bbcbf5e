/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/block_status.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/unit/capture.h"
#include "tests/unit/unit.h"

static struct bw_block_status_pin pin;

static int make_pin(void **state)
{
	const char *why;

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	pin = (struct bw_block_status_pin){.name = "p",
					   .info = {.version = BW_PIN_VERSION,
						    .hook = BW_HOOK_FMOD_RET,
						    .generation = 3,
						    .since = 86399,
						    .process = 812},
					   .watched = true,
					   .denied = 5,
					   .lost = 1};
	return bw_rules_add(&pin.rules, BW_RULE_NAME, "a\033b", &why);
}

static int free_pin(void **state)
{
	(void)state;
	bw_rules_free(&pin.rules);
	return 0;
}

static const char *listed(bool json)
{
	capture();
	assert_int_equal(bw_block_status_print(&pin, json), 0);
	return captured();
}

static void a_pin_is_listed_with_what_it_does(void **state)
{
	(void)state;
	assert_string_equal(listed(false), "p: hook fmod_ret, since 1970-01-01 23:59:59, generation 3, watched by "
					   "process 812; 5 denied, 1 events lost; 1 rule: name a\\x1bb.\n");
	assert_string_equal(
		listed(true),
		"{\"name\":\"p\",\"version\":2,\"watched\":true,\"hook\":\"fmod_ret\",\"since\":86399,"
		"\"generation\":3,\"denied\":5,\"lost\":1,\"process\":812,\"rules\":[{\"name\":\"a\\u001bb\"}"
		"]}\n");
	pin.watched = false;
	assert_non_null(strstr(listed(false), "watched by no process"));
	assert_non_null(strstr(listed(true), "\"process\":null"));
}

static void of_many_rules_some_are_listed(void **state)
{
	const char *why;

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(bw_rules_add(&pin.rules, BW_RULE_PATH, "/x", &why), 0);
	assert_non_null(strstr(listed(false), "; 6 rules: name a\\x1bb, path /x, path /x, path /x and 2 more.\n"));
}

static void of_another_version_only_that_is_listed(void **state)
{
	(void)state;
	pin.info.version = 9;
	assert_string_equal(listed(false), "p: version 9, which this bccwatch does not know; bccwatch block --unpin p "
					   "ends it\n");
	assert_string_equal(listed(true), "{\"name\":\"p\",\"version\":9,\"watched\":true}\n");
}

static void where_nothing_is_pinned_that_is_listed(void **state)
{
	(void)state;
	pin.info = (struct bw_pin_info){0};
	assert_string_equal(listed(false), "p: nothing is pinned yet: a process is starting\n");
	pin.watched = false;
	assert_string_equal(listed(false), "p: nothing is pinned\n");
	assert_string_equal(listed(true), "{\"name\":\"p\",\"version\":0,\"watched\":false}\n");
}

#define OF_PIN(test) cmocka_unit_test_setup_teardown(test, make_pin, free_pin)

static const struct CMUnitTest tests[] = {
	OF_PIN(a_pin_is_listed_with_what_it_does),
	OF_PIN(of_many_rules_some_are_listed),
	OF_PIN(of_another_version_only_that_is_listed),
	OF_PIN(where_nothing_is_pinned_that_is_listed),
};

UNIT_MODULE("cmd/block_status", NULL, NULL);
