/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "kernel/error_injection.h"
#include "tests/unit/root.h"

static void a_function_is_overridable_if_its_whole_name_is_listed(void **state)
{
	char like[40];

	(void)state;
	assert_int_equal(bw_error_injection_listed(root, "x", like, sizeof(like)), -ENOENT);
	put(BW_OVERRIDE_LIST, "__x64_sys_openat\tERRNO\nopen_ctree [btrfs]\tERRNO\n__x64_sys_read\tERRNO\nsys_openat2");
	assert_int_equal(bw_error_injection_listed(root, "__x64_sys_openat", like, sizeof(like)), 1);
	assert_int_equal(bw_error_injection_listed(root, "open_ctree", like, sizeof(like)), 1);
	assert_int_equal(bw_error_injection_listed(root, "sys_openat2", like, sizeof(like)), 1);
	assert_int_equal(bw_error_injection_listed(root, "do_sys_openat2", like, sizeof(like)), 0);
	assert_string_equal(like, "__x64_sys_openat, open_ctree"); /* no more than there is room for */
	assert_int_equal(bw_error_injection_listed(root, "vfs_read_2_", like, sizeof(like)), 0);
	assert_string_equal(like, "__x64_sys_read");
	assert_int_equal(bw_error_injection_listed(root, "", like, sizeof(like)), 0);
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(a_function_is_overridable_if_its_whole_name_is_listed),
};

UNIT_MODULE("kernel/error_injection", NULL, NULL);
