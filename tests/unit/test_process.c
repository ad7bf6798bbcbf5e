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

static void put_stat(int pid, const char *comm, int parent, int session)
{
	char path[64], text[128];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	snprintf(text, sizeof(text), "%d (%s) S %d 1 %d 0 -1 4194560", pid, comm, parent, session);
	put(path, text);
}

static void a_name_of_parentheses_changes_no_origin(void **state)
{
	struct bw_process_origin origin;

	(void)state;
	assert_int_equal(bw_process_origin(root, 5, &origin), -ESRCH);
	put_stat(5, ") S 1 2 3 (", 8, 9);
	assert_int_equal(bw_process_origin(root, 5, &origin), 0);
	assert_int_equal(origin.parent, 8);
	assert_int_equal(origin.session, 9);
	put("/proc/6/stat", "6 (x");
	assert_int_equal(bw_process_origin(root, 6, &origin), -ESRCH);
}

/* cron (1000001) has a child that reads (1000002), which starts a shell in a session of its own (1000003). */
static void who_started_this_process_for_others_is_known(void **state)
{
	(void)state;
	put_stat(getpid(), "bccwatch", 1000003, 1000003);
	put_stat(1000003, "sh", 1000002, 1000003);
	put_stat(1000002, "cron", 1000001, 1000001);
	put_stat(1000001, "cron", 1, 1000001);
	put_stat(1000009, "grep", 1000003, 1000003);
	assert_true(bw_process_started_this(root, 1000002));
	assert_false(bw_process_started_this(root, 1000003)); /* `while ...; done < <(bccwatch trace)` */
	assert_false(bw_process_started_this(root, 1000009)); /* a part of the pipeline */
}

/* sudo gives the command a terminal, and so a session, of its own. */
static void a_shell_behind_sudo_did_not_start_it_for_others(void **state)
{
	(void)state;
	put_stat(getpid(), "bccwatch", 1000003, 1000003);
	put_stat(1000003, "sudo", 1000002, 1000003);
	put_stat(1000002, "sudo", 1000001, 1000001);
	put_stat(1000001, "bash", 1000000, 1000001);
	put_stat(1000000, "sshd", 1, 1000000);
	assert_false(bw_process_started_this(root, 1000001));
	assert_true(bw_process_started_this(root, 1000000));
	assert_false(bw_process_started_this(root, 77));
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(a_thread_and_a_process_in_a_pid_namespace_are_refused),
	IN_ROOT(a_name_of_parentheses_changes_no_origin),
	IN_ROOT(who_started_this_process_for_others_is_known),
	IN_ROOT(a_shell_behind_sudo_did_not_start_it_for_others),
};

UNIT_MODULE("process/process", NULL, NULL);
