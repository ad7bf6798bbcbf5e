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

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_layout_whose_fields_do_not_fit_is_refused),
};

UNIT_MODULE("output/layout", NULL, NULL);
