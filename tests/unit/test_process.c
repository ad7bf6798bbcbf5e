/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "process/process.h"
#include "tests/unit/root.h"

static void a_thread_and_a_process_in_a_pid_namespace_are_refused(void **state)
{
	char path[128];

	(void)state;
	assert_int_equal(bw_process_check(root, 5), -ESRCH);
	put("/proc/5/status", "Name:\tx\nTgid:\t5\nPid:\t5\n");
	assert_int_equal(bw_process_check(root, 5), 0);
	put("/proc/6/status", "Name:\tTgid:\t6\nUmask:\t0\nTgid:\t5\nPid:\t6\n");
	assert_int_equal(bw_process_check(root, 6), -ESRCH);
	put("/proc/self/ns/x", "");
	snprintf(path, sizeof(path), "%s/proc/self/ns/pid", root);
	assert_int_equal(symlink("pid:[4026531836]", path), 0);
	assert_int_equal(bw_process_check(root, 5), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("pid:[4026532281]", path), 0);
	assert_int_equal(bw_process_check(root, 5), -ENOTSUP);
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(a_thread_and_a_process_in_a_pid_namespace_are_refused),
};

UNIT_MODULE("process/process", NULL, NULL);
