/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/signals.h"
#include "process/command.h"
#include "tests/unit/capture.h"
#include "tests/unit/root.h"

static int signal_fd;

static int begin(void **state)
{
	signal_fd = bw_signals_open();
	return signal_fd < 0 ? -1 : make_root(state);
}

static int end(void **state)
{
	static const int handled[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP};

	for (size_t i = 0; i < LENGTH(handled); i++)
		signal(handled[i], SIG_DFL);
	close(signal_fd);
	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
	return remove_root(state);
}

/* Runs it to its end; what it and we print is captured. */
static int run(struct bw_command_run *c, const char **text)
{
	int status;

	capture();
	if (bw_command_start(c) == 0)
		bw_command_release(c, signal_fd);
	status = bw_command_status(c);
	bw_command_close(c);
	*text = captured();
	return status;
}

static int run_shell(const char *script, const char **text)
{
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)script, NULL};
	struct bw_command_run c = {.argv = argv};

	return run(&c, text);
}

static void its_exit_status_is_that_of_a_shell(void **state)
{
	const char *text;

	(void)state;
	assert_int_equal(run_shell("echo said; exit 7", &text), 7);
	assert_string_equal(text, "said\n");
	assert_int_equal(run_shell("kill -KILL $$", &text), 128 + SIGKILL);
	assert_int_equal(run_shell(":", &text), 0);
}

static void it_does_nothing_until_it_is_released(void **state)
{
	const struct timespec moment = {.tv_nsec = 50000000};
	char script[600];
	char *argv[] = {(char *)"sh", (char *)"-c", script, NULL};
	struct bw_command_run c = {.argv = argv};

	(void)state;
	snprintf(script, sizeof(script), ": >%s", below("/ran"));
	assert_int_equal(bw_command_start(&c), 0);
	assert_true(c.pid > 0);
	nanosleep(&moment, NULL);
	assert_false(bw_command_has_ended(&c));
	assert_int_not_equal(access(below("/ran"), F_OK), 0);
	assert_int_equal(bw_command_release(&c, signal_fd), 0);
	assert_int_equal(bw_command_status(&c), 0);
	assert_int_equal(access(below("/ran"), F_OK), 0);
	bw_command_close(&c);
	remove_file("/ran");
	assert_int_equal(bw_command_start(&c), 0); /* never released: it never runs, and is gone */
	bw_command_close(&c);
	assert_int_not_equal(access(below("/ran"), F_OK), 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void a_command_that_cannot_be_executed_is_reported(void **state)
{
	char *absent[] = {(char *)"no-such-command", NULL}, *dir[] = {(char *)"/", NULL};
	struct bw_command_run c = {.argv = absent};
	const char *text;

	(void)state;
	assert_int_equal(run(&c, &text), BW_COMMAND_ABSENT);
	assert_string_equal(text, "bccwatch: cannot run 'no-such-command': No such file or directory\n");
	assert_false(c.was_executed);
	c.argv = dir;
	assert_int_equal(run(&c, &text), BW_COMMAND_CANNOT);
	assert_string_equal(text, "bccwatch: cannot run '/': Permission denied\n");
}

static void a_command_that_was_not_started_has_failed(void **state)
{
	char *argv[] = {(char *)"true", NULL};
	struct bw_command_run c = {.argv = argv};
	int first = fcntl(STDIN_FILENO, F_GETFD);

	(void)state;
	assert_int_equal(bw_command_status(&c), BW_COMMAND_FAILED);
	bw_command_close(&c);
	assert_int_equal(fcntl(STDIN_FILENO, F_GETFD), first); /* descriptor 0 is none of its pipes */
}

static void its_stdout_can_be_our_stderr(void **state)
{
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)"echo out", NULL};
	struct bw_command_run c = {.argv = argv};
	int pipes[2], saved = dup(STDOUT_FILENO);
	const char *text;
	char got[16] = "";

	(void)state;
	assert_int_equal(pipe2(pipes, O_NONBLOCK), 0);
	for (int i = 0; i < 2; i++) {
		c.stdout_to_stderr = i == 1;
		capture();
		dup2(pipes[1], STDOUT_FILENO); /* stderr alone is captured */
		assert_int_equal(bw_command_start(&c), 0);
		assert_int_equal(bw_command_release(&c, signal_fd), 0);
		assert_int_equal(bw_command_status(&c), 0);
		bw_command_close(&c);
		text = captured();
		assert_string_equal(text, i == 1 ? "out\n" : "");
		assert_int_equal(read(pipes[0], got, sizeof(got)), i == 1 ? -1 : 4);
	}
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(pipes[0]);
	close(pipes[1]);
}

/* The C library ignores its own signals 32 and 33 in what posix_spawn starts, as make does; signal() refuses them. */
static bool ignores_none(const char *text)
{
	const uint64_t own = 3ULL << 31;
	const char *at = strstr(text, "SigIgn:\t");

	return at && (strtoull(at + strlen("SigIgn:\t"), NULL, 16) & ~own) == 0;
}

static void it_inherits_three_descriptors_and_no_signal_mask(void **state)
{
	const char *text;
	int fd = open("/dev/null", O_RDONLY); /* without close-on-exec */

	(void)state;
	assert_int_equal(fcntl(fd, F_DUPFD, 100), 100);
	assert_int_equal(run_shell("ls /proc/self/fd | tr '\\n' ' '; grep -E '^Sig(Blk|Ign)' /proc/self/status", &text),
			 0);
	assert_int_equal(strncmp(text, "0 1 2 ", 6), 0);
	assert_null(strstr(text, "100"));
	if (!strstr(text, "SigBlk:\t0000000000000000\n") || !ignores_none(text))
		fail_msg("%s", text); /* we ignore SIGPIPE ourselves */
	close(100);
	close(fd);
}

/* Signals that a process sends us are the command's. */
static void signals_are_passed_on_and_end_no_run(void **state)
{
	char *argv[] = {(char *)"sh", (char *)"-c",
			(char *)"trap 'echo got TERM; exit 9' TERM; echo ready; while :; do sleep 0.02; done", NULL};
	const struct timespec moment = {.tv_nsec = 200000000};
	struct bw_command_run c = {.argv = argv};
	int status;

	(void)state;
	capture();
	assert_int_equal(bw_command_start(&c), 0);
	assert_int_equal(bw_command_release(&c, signal_fd), 0);
	nanosleep(&moment, NULL);
	kill(getpid(), SIGTERM);
	assert_false(bw_signals_pending());
	status = bw_command_status(&c);
	assert_int_equal(status, 9);
	bw_command_close(&c);
	assert_string_equal(captured(), "ready\ngot TERM\n");
}

static int run_id(bool as_root, const char *uid, const char *gid, const char **text)
{
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)"id -u; id -g; id -G; grep CapEff /proc/self/status", NULL};
	struct bw_command_run c = {.argv = argv, .as_root = as_root};

	uid ? setenv("SUDO_UID", uid, 1) : unsetenv("SUDO_UID");
	gid ? setenv("SUDO_GID", gid, 1) : unsetenv("SUDO_GID");
	return run(&c, text);
}

static void it_runs_as_the_user_of_sudo(void **state)
{
	const char *text;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(run_id(false, "1", "12345", &text), 0);
	if (strncmp(text, "1\n12345\n12345", 13) != 0 || !strstr(text, "CapEff:\t0000000000000000"))
		fail_msg("%s", text);
	assert_int_equal(run_id(true, "1", "12345", &text), 0);
	assert_int_equal(strncmp(text, "0\n", 2), 0);
	assert_int_equal(run_id(false, NULL, NULL, &text), 0);
	assert_int_equal(strncmp(text, "0\n", 2), 0);
}

static void an_invalid_user_of_sudo_is_reported(void **state)
{
	static const char *const invalid[][2] = {{"1", NULL},	  {NULL, "1"},	       {"1x", "1"},    {"-1", "1"},
						 {"1", "daemon"}, {"4294967295", "1"}, {"54321", "1"}, {"", "1"}};
	const char *text;

	(void)state;
	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < LENGTH(invalid); i++) {
		assert_int_equal(run_id(false, invalid[i][0], invalid[i][1], &text), 0);
		if (!strstr(text, "are not those of a user: the command runs as uid 0.\n") || !strstr(text, "\n0\n"))
			fail_msg("%zu: %s", i, text);
	}
}

static void path_is_searched_as_by_a_shell(void **state)
{
	char *argv[] = {(char *)"tool", NULL};
	struct bw_command_run c = {.argv = argv};
	const char *before = getenv("PATH");
	char *saved = strdup(before ? before : "/bin"), path[1200];
	const char *text;

	(void)state;
	assert_non_null(saved);
	put("/a/tool", "#!/bin/sh\necho not executable\n");
	put("/b/tool", "#!/bin/sh\necho found\n");
	put("/c/tool", "echo no interpreter\n");
	assert_int_equal(chmod(below("/b/tool"), 0755), 0);
	assert_int_equal(chmod(below("/c/tool"), 0755), 0);
	snprintf(path, sizeof(path), "%s:%s:%s", below("/a"), below("/b"), saved);
	setenv("PATH", path, 1);
	assert_int_equal(run(&c, &text), 0);
	assert_string_equal(text, "found\n");
	setenv("PATH", below("/c"), 1);
	assert_int_equal(run(&c, &text), 0);
	assert_string_equal(text, "no interpreter\n");
	setenv("PATH", below("/a"), 1);
	assert_int_equal(run(&c, &text), BW_COMMAND_CANNOT);
	setenv("PATH", saved, 1);
	free(saved);
}

#define COMMAND(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	COMMAND(its_exit_status_is_that_of_a_shell),
	COMMAND(it_does_nothing_until_it_is_released),
	COMMAND(a_command_that_cannot_be_executed_is_reported),
	COMMAND(a_command_that_was_not_started_has_failed),
	COMMAND(its_stdout_can_be_our_stderr),
	COMMAND(it_inherits_three_descriptors_and_no_signal_mask),
	COMMAND(signals_are_passed_on_and_end_no_run),
	COMMAND(it_runs_as_the_user_of_sudo),
	COMMAND(an_invalid_user_of_sudo_is_reported),
	COMMAND(path_is_searched_as_by_a_shell),
};

UNIT_MODULE("process/command", NULL, NULL);
