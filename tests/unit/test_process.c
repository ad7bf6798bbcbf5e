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

static void put_state(int pid, const char *comm, char state, int parent)
{
	char path[64], text[128];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	snprintf(text, sizeof(text), "%d (%s) %c %d 1 1 0 -1 4194560", pid, comm, state, parent);
	put(path, text);
}

static void put_stat(int pid, const char *comm, int parent)
{
	put_state(pid, comm, 'S', parent);
}

static void a_process_that_its_parent_has_not_waited_for_does_not_run(void **state)
{
	(void)state;
	assert_false(bw_process_runs(root, 5));
	put_state(5, "a) Z (b", 'R', 1);
	assert_true(bw_process_runs(root, 5));
	put_state(6, "x", 'Z', 1);
	assert_false(bw_process_runs(root, 6));
	assert_true(bw_process_runs("", getpid()));
}

static void a_name_of_parentheses_changes_no_parent(void **state)
{
	(void)state;
	assert_int_equal(bw_process_parent(root, 5), -ESRCH);
	put_stat(5, ") S 1 2 3 (", 8);
	assert_int_equal(bw_process_parent(root, 5), 8);
	put("/proc/6/stat", "6 (x");
	assert_int_equal(bw_process_parent(root, 6), -ESRCH);
	put("/proc/7/stat", "7 (x) S x");
	assert_int_equal(bw_process_parent(root, 7), -ESRCH);
}

static void ancestors_of_this_process_are_known(void **state)
{
	(void)state;
	put_stat(getpid(), "bccwatch", 1000003);
	put_stat(1000003, "sudo", 1000002);
	put_stat(1000002, "sh", 1);
	put_stat(1, "init", 0);
	put_stat(1000009, "grep", 1000002);
	assert_true(bw_process_descends_from(root, 1000003));
	assert_true(bw_process_descends_from(root, 1000002));
	assert_true(bw_process_descends_from(root, 1));
	assert_false(bw_process_descends_from(root, 1000009)); /* beside it in a pipeline */
	put_stat(1000002, "sh", 1000003);		       /* as numbers are used again while it is read */
	assert_false(bw_process_descends_from(root, 1000009));
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(a_thread_and_a_process_in_a_pid_namespace_are_refused),
	IN_ROOT(a_process_that_its_parent_has_not_waited_for_does_not_run),
	IN_ROOT(a_name_of_parentheses_changes_no_parent),
	IN_ROOT(ancestors_of_this_process_are_known),
};

UNIT_MODULE("process/process", NULL, NULL);
