/* SPDX-License-Identifier: Apache-2.0 */

#include "kernel/function.h"
#include "tests/unit/root.h"
#include "tests/unit/small_kernel.h"

/* The kernel's lists carry one of the names of an address. */
static void a_list_that_has_another_name_of_the_same_address_counts(void **state)
{
	struct bw_function f[2] = {0};
	const char *names[] = {"__x64_sys_getppid", "__do_sys_getppid"};

	(void)state;
	put("/sys/bus/event_source/devices/kprobe/type", "8\n");
	put_kernel();
	put("/proc/kallsyms", "ffffffff81000100 t __do_sys_getppid\n"
			      "ffffffff81000100 T __ia32_sys_getppid\n"
			      "ffffffff81000100 T __x64_sys_getppid\n");
	put("/sys/kernel/tracing/available_filter_functions", "__ia32_sys_getppid\n");
	put("/sys/kernel/debug/error_injection/list", "__do_sys_getppid\tERRNO\n");
	bw_function_read_all(root, names, 2, f);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(f[i].traceable, BW_YES);
		assert_int_equal(f[i].listed, BW_YES);
		assert_int_equal(f[i].blacklisted, BW_NO);
	}
	/* Where addresses are hidden, the name alone counts. */
	put("/proc/kallsyms", "0000000000000000 t __do_sys_getppid\n"
			      "0000000000000000 T __x64_sys_getppid\n");
	bw_function_read_all(root, names, 2, f);
	assert_int_equal(f[0].listed, BW_NO);
	assert_int_equal(f[1].listed, BW_YES);
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(a_list_that_has_another_name_of_the_same_address_counts),
};

UNIT_MODULE("kernel/function", NULL, NULL);
