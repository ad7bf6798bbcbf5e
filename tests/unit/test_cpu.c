/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "kernel/cpu.h"
#include "tests/unit/root.h"

static void the_list_of_cpus_is_read_strictly(void **state)
{
	static const char *const bad[] = {"", "\n", "x", "1-", "-1", "0-99999999", "1,,x"};
	uint32_t *list = NULL, n = 0;

	(void)state;
	assert_int_equal(bw_cpu_online(root, &list, &n), -ENOENT);
	put("/sys/devices/system/cpu/online", "0,2-3,8\n");
	put("/sys/devices/system/cpu/possible", "0-15\n");
	assert_int_equal(bw_cpu_online(root, &list, &n), 0);
	assert_int_equal(n, 4);
	assert_int_equal(list[2], 3);
	assert_int_equal(list[3], 8);
	free(list);
	assert_int_equal(bw_cpu_possible(root, &n), 0);
	assert_int_equal(n, 16);
	for (size_t i = 0; i < LENGTH(bad); i++) {
		put("/sys/devices/system/cpu/possible", bad[i]);
		assert_int_equal(bw_cpu_possible(root, &n), -EINVAL);
	}
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(the_list_of_cpus_is_read_strictly),
};

UNIT_MODULE("kernel/cpu", NULL, NULL);
