/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdint.h>

#include "output/layout.h"
#include "tests/unit/unit.h"

static void a_layout_whose_fields_do_not_fit_is_refused(void **state)
{
	static const struct {
		struct bw_layout_field f;
		uint32_t size;
	} bad[] = {
		{{"a", BW_KINDS, 0, 4, 1, 0, 0, {0}, 0, 0}, 4},
		{{"a", BW_UNSIGNED, 0, 3, 1, 0, 0, {0}, 0, 0}, 4},
		{{"a", BW_UNSIGNED, 1, 4, 1, 0, 0, {0}, 0, 0}, 4},
		{{"a", BW_UNSIGNED, UINT32_MAX, 4, 1, 0, 0, {0}, 0, 0}, 4},
		{{"a", BW_UNSIGNED, 0, 4, UINT32_MAX, 0, 1, {UINT32_MAX}, 0, 0}, 4},
		{{"a", BW_UNSIGNED, 0, 4, 2, 0, 0, {0}, 0, 0}, 8},
		{{"a", BW_UNSIGNED, 0, 4, 1, 1, 0, {0}, 0, 0}, 4},
		{{"a", BW_STRUCT, 0, 4, 1, 1, 0, {0}, 0, 0}, 4},
		{{"a", BW_STRUCT, 0, 0, UINT32_MAX, 0, 1, {UINT32_MAX}, 0, 0}, 4},
		{{"a", BW_UNSIGNED, 0, 4, 4, 0, 2, {2, 3}, 0, 0}, 16},
		{{"a", BW_UNSIGNED, 0, 4, 1, 0, BW_DIMS + 1, {1, 1, 1, 1}, 0, 0}, 4},
		{{"a", BW_UNSIGNED, 0, 4, 0, 0, 3, {1U << 31, 1U << 31, 0}, 0, 0}, 4},
		{{"a", BW_UNSIGNED, 0, 4, 1, 0, 0, {0}, 33, 0}, 4},
		{{"a", BW_UNSIGNED, 0, 4, 1, 0, 0, {0}, 1, 32}, 4},
		{{"a", BW_BYTES, 0, 16, 1, 0, 0, {0}, 1, 0}, 16},
		{{"a", BW_BYTES, 0, 1 << 20, 1, 0, 0, {0}, 0, 0}, 1 << 20},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		struct bw_layout layout = {&bad[i].f, 1, bad[i].size};

		assert_int_equal(bw_layout_check(&layout), -EINVAL);
	}
}

static const struct bw_layout_field fields[] = {
	{.name = "pid", .kind = BW_UNSIGNED, .size = 4, .count = 1},
	{.name = "in", .kind = BW_STRUCT, .offset = 4, .size = 4, .count = 1, .below = 1},
	{.name = "x", .kind = BW_UNSIGNED, .size = 4, .count = 1},
	{.name = "uid", .kind = BW_UNSIGNED, .offset = 8, .size = 4, .count = 1},
};

static void a_field_is_found_at_the_top_level_alone(void **state)
{
	const struct bw_layout layout = {fields, LENGTH(fields), 12};

	(void)state;
	assert_int_equal(bw_layout_check(&layout), 0);
	assert_ptr_equal(bw_layout_find(&layout, "pid"), &fields[0]);
	assert_ptr_equal(bw_layout_find(&layout, "uid"), &fields[3]);
	assert_null(bw_layout_find(&layout, "x"));
	assert_null(bw_layout_find(&layout, "pi"));
}

static void a_single_value_is_one_field_without_a_name(void **state)
{
	const struct bw_layout_field number = {.name = "", .kind = BW_UNSIGNED, .size = 4, .count = 1};
	const struct bw_layout_field two[] = {{.name = "", .kind = BW_UNION, .size = 4, .count = 1},
					      {.name = "x", .kind = BW_UNSIGNED, .offset = 4, .size = 4, .count = 1}};

	(void)state;
	assert_true(bw_layout_is_single(&(struct bw_layout){&number, 1, 4}));
	assert_false(bw_layout_is_single(&(struct bw_layout){fields, 1, 4}));
	assert_false(bw_layout_is_single(&(struct bw_layout){fields, LENGTH(fields), 12}));
	assert_false(bw_layout_is_single(&(struct bw_layout){two, 2, 8})); /* a union without a name, and another */
	assert_false(bw_layout_is_single(&(struct bw_layout){NULL, 0, 0}));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_field_is_found_at_the_top_level_alone),
	cmocka_unit_test(a_single_value_is_one_field_without_a_name),
	cmocka_unit_test(a_layout_whose_fields_do_not_fit_is_refused),
};

UNIT_MODULE("output/layout", NULL, NULL);
