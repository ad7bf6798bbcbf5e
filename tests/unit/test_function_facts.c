/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/function_facts.h"
#include "tests/unit/made_types.h"
#include "tests/unit/unit.h"

static struct btf *btf;
static uint32_t first;

static int begin(void **state)
{
	(void)state;
	btf = made_types(&first);
	return 0;
}

static int end(void **state)
{
	(void)state;
	btf__free(btf);
	return 0;
}

static void all_functions_of_a_name_are_found(void **state)
{
	static const char *const names[] = {"none", "f"};
	struct bw_function_facts_ids two[2] = {0};

	(void)state;
	assert_int_equal(bw_function_facts_find_ids(btf, names, 2, two), 0);
	assert_int_equal(two[0].n, 0);
	assert_int_equal(two[1].n, 2);
	assert_int_equal(two[1].ids[0], first);
	memset(two, 0, sizeof(two));
	assert_int_equal(bw_function_facts_find_ids(NULL, names, 2, two), 0);
	assert_int_equal(two[1].n, 0);
}

static void a_function_that_no_name_stands_for_has_no_signature_and_no_hook(void **state)
{
	static struct bw_function_facts facts;
	const struct bw_function f = {.name = "no_such_function"};
	const struct bw_function_facts_ids ids = {0};

	(void)state;
	bw_function_facts_read(&facts, btf, &f, &ids);
	assert_int_equal(facts.n, 0);
	assert_string_equal(facts.wrapper, "");
	assert_int_equal(facts.kprobe.can, BW_NO);
	assert_int_equal(facts.fentry.can, BW_NO);
	assert_int_equal(facts.fmod_ret.can, BW_NO);
	assert_int_equal(facts.override.can, BW_NO);
	assert_int_equal(facts.lsm.can, BW_NO);
	bw_function_facts_close(&facts);
}

static void the_signatures_of_a_function_are_those_of_all_its_numbers(void **state)
{
	static struct bw_function_facts facts;
	const struct bw_function f = {.name = "f", .copies = 1};
	static const char *const name = "f";
	struct bw_function_facts_ids ids = {0};

	(void)state;
	assert_int_equal(bw_function_facts_find_ids(btf, &name, 1, &ids), 0);
	bw_function_facts_read(&facts, btf, &f, &ids);
	assert_int_equal(facts.n, 2);
	assert_int_equal(facts.signatures[0].id, first);
	assert_ptr_equal(facts.signatures[0].btf, btf);
	assert_null(facts.signatures[0].own);
	assert_string_equal(facts.signatures[1].module, "");
	bw_function_facts_close(&facts);
}

#define OF_TYPES(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	OF_TYPES(all_functions_of_a_name_are_found),
	OF_TYPES(a_function_that_no_name_stands_for_has_no_signature_and_no_hook),
	OF_TYPES(the_signatures_of_a_function_are_those_of_all_its_numbers),
};

UNIT_MODULE("cmd/function_facts", NULL, NULL);
