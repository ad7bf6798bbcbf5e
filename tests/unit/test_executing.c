/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/executing.h"
#include "tests/unit/capture.h"
#include "tests/unit/unit.h"

/* What is reported of a program that this process runs, as root or not. */
static const char *warned(const char *program, uid_t uid)
{
	static char text[4096];
	int ends[2];
	pid_t pid;
	ssize_t n;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		const char *output;

		if (uid && setuid(uid) < 0)
			_exit(1);
		capture();
		bw_executing_warn(&program, 1);
		output = captured();
		_exit(write(ends[1], output, strlen(output)) < 0);
	}
	close(ends[1]);
	n = read(ends[0], text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	waitpid(pid, NULL, 0);
	return text;
}

static void a_program_that_nobody_runs_is_not_reported(void **state)
{
	(void)state;
	assert_string_equal(warned("/etc/passwd", 0), "");
	assert_string_equal(warned("/nonexistent/program", 0), "");
}

/* Another user's process: what its program was, root's alone could not have changed. */
static void a_process_of_another_user_that_runs_the_program_already_is_reported(void **state)
{
	char expected[64], reported[256], other[256], is_ready = 0;
	int ready[2];
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (setuid(65534) < 0 || write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &is_ready, 1), 1);
	close(ready[0]);
	snprintf(reported, sizeof(reported), "%s", warned("/proc/self/exe", 0));
	snprintf(other, sizeof(other), "%s", warned("/etc/passwd", 0)); /* it runs another program */
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	snprintf(expected, sizeof(expected), "Process %d (", pid);
	assert_non_null(strstr(reported, expected));
	assert_string_equal(other, "");
}

static void a_process_of_root_is_not_reported(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_string_equal(warned("/proc/self/exe", 0), "");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_program_that_nobody_runs_is_not_reported),
	cmocka_unit_test(a_process_of_another_user_that_runs_the_program_already_is_reported),
	cmocka_unit_test(a_process_of_root_is_not_reported),
};

UNIT_MODULE("process/executing", NULL, NULL);
