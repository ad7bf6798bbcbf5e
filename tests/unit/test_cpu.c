/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

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

static void the_list_can_be_read_again_without_opening_it(void **state)
{
	uint32_t *list = NULL, n = 0;
	int fd = bw_cpu_online_open(root);

	(void)state;
	assert_int_equal(fd, -ENOENT);
	assert_int_equal(bw_cpu_online_read(fd, &list, &n), -ENOENT);
	put("/sys/devices/system/cpu/online", "0\n");
	fd = bw_cpu_online_open(root);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	for (uint32_t i = 1; i < 3; i++) {
		assert_int_equal(bw_cpu_online_read(fd, &list, &n), 0);
		assert_int_equal(n, i);
		free(list);
		put("/sys/devices/system/cpu/online", "0-1\n");
	}
	close(fd);
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(the_list_of_cpus_is_read_strictly),
	IN_ROOT(the_list_can_be_read_again_without_opening_it),
};

UNIT_MODULE("kernel/cpu", NULL, NULL);
