/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/machine.h"
#include "kernel/privilege.h"
#include "tests/unit/own_mounts.h"
#include "tests/unit/unit.h"

enum { ADMIN = 21 /* CAP_SYS_ADMIN */ };

static void what_may_be_done_is_known_from_the_capability(void **state)
{
	uint64_t capabilities;

	(void)state;
	assert_int_equal(bw_machine_capabilities("", &capabilities), 0);
	if (!(capabilities >> ADMIN & 1))
		assert_int_equal(bw_privilege_check(), -EPERM);
	else
		assert_int_equal(bw_privilege_check(), access(BW_NO_PROGRAMS, F_OK) == 0 ? -ECANCELED : 0);
}

static void another_user_than_root_may_do_nothing(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	pid = fork();
	if (pid == 0)
		_exit(setuid(65534) == 0 && bw_privilege_check() == -EPERM ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void on_a_machine_that_is_for_development_nobody_may(void **state)
{
	(void)state;
	own_mounts((const char *const[]){"/etc", NULL});
	assert_int_equal(bw_privilege_check(), 0);
	close(open(BW_NO_PROGRAMS, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	assert_int_equal(bw_privilege_check(), -ECANCELED);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_may_be_done_is_known_from_the_capability),
	cmocka_unit_test(another_user_than_root_may_do_nothing),
	cmocka_unit_test(on_a_machine_that_is_for_development_nobody_may),
};

UNIT_MODULE("kernel/privilege", NULL, NULL);
