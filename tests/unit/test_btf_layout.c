/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdint.h>

#include "compile/btf_layout.h"
#include "tests/unit/samples.h"

static void padding_between_members_is_no_field(void **state)
{
	const unsigned char e[12] = {1, 9, 9, 9, 2, 0, 0, 0, 3, 9, 9, 9};

	(void)state;
	assert_string_equal(line_of("aligned", &by_field, e, sizeof(e)), " A=1 B=2 C=3");
}

static void an_event_need_not_be_a_struct(void **state)
{
	(void)state;
	assert_string_equal(line_of("number", &by_field, &(u32){77}, 4), " 77");
}

static void a_type_that_can_be_no_event_is_refused(void **state)
{
	struct bw_layout layout;
	int c = btf__find_by_name_kind(types, "char", BTF_KIND_INT);

	(void)state;
	assert_int_equal(layout_of("huge", &layout), -EINVAL);
	assert_int_equal(bw_btf_layout_read(types, 0, &layout), -EINVAL);
	assert_int_equal(bw_btf_layout_read(types, 99999, &layout), -EINVAL);
	assert_true(c > 0);
	assert_int_equal(bw_btf_layout_read(types, (uint32_t)c, &layout), -EINVAL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(padding_between_members_is_no_field),
	cmocka_unit_test(an_event_need_not_be_a_struct),
	cmocka_unit_test(a_type_that_can_be_no_event_is_refused),
};

UNIT_MODULE("compile/btf_layout", load_types, free_types);
