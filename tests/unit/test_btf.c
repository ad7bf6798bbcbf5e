/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel/btf.h"
#include "tests/unit/made_types.h"
#include "tests/unit/root.h"

static void functions_are_found_by_name(void **state)
{
	uint32_t function, id = 0, next;
	struct btf *btf = made_types(&function);

	(void)state;
	assert_int_equal(bw_btf_function(btf, "f", &id), 0);
	assert_int_equal(id, function);
	assert_int_equal(bw_btf_function(btf, "key", &id), -ENOENT); /* a struct */
	assert_int_equal(bw_btf_function(btf, "g", &id), -ENOENT);
	assert_int_equal(bw_btf_next_function(btf, NULL, "f", 0), function);
	next = bw_btf_next_function(btf, NULL, "f", function);
	assert_true(next > function);
	assert_int_equal(bw_btf_next_function(btf, NULL, "f", next), 0);
	assert_int_equal(bw_btf_parameters(btf, "f"), 7);
	assert_int_equal(bw_btf_parameters(btf, "g"), -ENOENT);
	bw_btf_close(&btf);
	assert_null(btf);
}

static void note_id(void *cookie, size_t i, uint32_t id)
{
	char *text = cookie;

	sprintf(text + strlen(text), "%zu:%u ", i, id);
}

static void functions_of_many_names_are_found_in_one_pass(void **state)
{
	static const char *const names[] = {"g", "f", "f"};
	uint32_t function, next;
	struct btf *btf = made_types(&function);
	char text[128] = "", expected[128];

	(void)state;
	next = bw_btf_next_function(btf, NULL, "f", function);
	assert_int_equal(bw_btf_functions(btf, names, LENGTH(names), note_id, text), 0);
	snprintf(expected, sizeof(expected), "1:%u 2:%u 1:%u 2:%u ", function, function, next, next);
	assert_string_equal(text, expected);
	bw_btf_close(&btf);
}

static void note_name(void *cookie, const char *name)
{
	char *text = cookie;

	sprintf(text + strlen(text), "%s ", name);
}

static void functions_with_a_prefix_are_given_without_it(void **state)
{
	char text[128] = "";
	uint32_t function;
	struct btf *btf = made_types(&function);

	(void)state;
	assert_true(btf__add_func(btf, "bpf_lsm_file_open", BTF_FUNC_STATIC, 1) > 0);
	assert_int_equal(bw_btf_each_function(btf, "bpf_lsm_", note_name, text), 0);
	assert_string_equal(text, "file_open ");
	assert_int_equal(bw_btf_each_function(NULL, "", note_name, text), -ENOENT);
	bw_btf_close(&btf);
}

static void a_file_that_is_no_btf_is_refused(void **state)
{
	struct btf *btf = NULL;

	(void)state;
	assert_int_equal(bw_btf_open(below("/none"), &btf), -ENOENT);
	put("/types", "no types");
	assert_int_equal(bw_btf_open(below("/types"), &btf), -EINVAL);
	assert_null(btf);
	assert_int_equal(bw_btf_open_module(below("/none"), NULL, &btf), -ENOENT);
	assert_null(btf);
}

static void the_functions_of_a_module_begin_where_those_of_the_kernel_end(void **state)
{
	uint32_t function, size;
	struct btf *kernel = made_types(&function), *module = NULL, *split = btf__new_empty_split(kernel);
	const void *bytes;
	uint32_t own;

	(void)state;
	own = (uint32_t)btf__add_func(split, "f", BTF_FUNC_STATIC, btf__add_func_proto(split, 0));
	bytes = btf__raw_data(split, &size);
	put_bytes("/module", bytes, size);
	assert_int_equal(bw_btf_open_module(below("/module"), kernel, &module), 0);
	assert_int_equal(bw_btf_next_function(module, kernel, "f", 0), own);
	assert_int_equal(bw_btf_next_function(module, NULL, "f", 0), function);
	bw_btf_close(&module);
	bw_btf_close(&split);
	bw_btf_close(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(functions_are_found_by_name),
	cmocka_unit_test(functions_of_many_names_are_found_in_one_pass),
	cmocka_unit_test(functions_with_a_prefix_are_given_without_it),
	IN_ROOT(a_file_that_is_no_btf_is_refused),
	IN_ROOT(the_functions_of_a_module_begin_where_those_of_the_kernel_end),
};

UNIT_MODULE("kernel/btf", NULL, NULL);
