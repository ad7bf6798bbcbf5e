/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/signals.h"
#include "tests/unit/unit.h"

/* The next signal that can be read; 0: none. */
static unsigned next(int fd)
{
	struct signalfd_siginfo info;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	return read(fd, &info, sizeof(info)) == sizeof(info) ? info.ssi_signo : 0;
}

static void signals_that_end_a_run_are_read_from_the_descriptor(void **state)
{
	static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
	void (*was)(int) = signal(SIGHUP, SIG_DFL); /* nohup ignores it */
	int fd = bw_signals_open();

	(void)state;
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	for (size_t i = 0; i < LENGTH(ending); i++) {
		assert_false(bw_signals_pending());
		kill(getpid(), ending[i]);
		assert_true(bw_signals_pending());
		assert_true(bw_signals_pending()); /* it stays to be read */
		assert_int_equal(next(fd), ending[i]);
	}
	kill(getpid(), SIGCHLD);
	assert_false(bw_signals_pending());
	assert_int_equal(next(fd), SIGCHLD);
	close(fd);
	signal(SIGHUP, was);
}

static void a_broken_pipe_and_a_full_file_are_errors_of_the_write(void **state)
{
	int fd = bw_signals_open(), ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	assert_int_equal(write(ends[1], "x", 1), -1);
	assert_int_equal(errno, EPIPE);
	raise(SIGXFSZ);
	close(ends[1]);
	close(fd);
}

static void sigusr1_is_read_once_it_was_added(void **state)
{
	int fd = bw_signals_open();

	(void)state;
	assert_int_equal(bw_signals_add_usr1(fd), 0);
	kill(getpid(), SIGUSR1);
	assert_false(bw_signals_pending());
	assert_int_equal(next(fd), SIGUSR1);
	kill(getpid(), SIGTERM); /* the others are read as before */
	assert_int_equal(next(fd), SIGTERM);
	assert_int_equal(bw_signals_add_usr1(0), -EINVAL);
	close(fd);
}

static void a_signal_that_is_handled_is_read_and_ends_no_run(void **state)
{
	int fd = bw_signals_open();

	(void)state;
	assert_int_equal(bw_signals_handle(fd, SIGHUP), 0);
	kill(getpid(), SIGHUP);
	assert_false(bw_signals_pending());
	kill(getpid(), SIGTERM);
	assert_true(bw_signals_pending());
	assert_int_equal(next(fd), SIGHUP);
	assert_int_equal(next(fd), SIGTERM);
	close(fd);
	signal(SIGHUP, SIG_IGN); /* also under nohup */
	fd = bw_signals_open();
	assert_int_equal(bw_signals_handle(fd, SIGHUP), 0);
	kill(getpid(), SIGHUP);
	assert_false(bw_signals_pending());
	assert_int_equal(next(fd), SIGHUP);
	assert_int_equal(bw_signals_handle(fd, SIGKILL), -EINVAL);
	close(fd);
	signal(SIGHUP, SIG_DFL);
}

static void signals_that_are_left_are_neither_read_nor_end_a_run(void **state)
{
	static const int left[] = {SIGTERM, SIGQUIT};
	const struct timespec none = {0};
	sigset_t set;
	int fd = bw_signals_open();

	(void)state;
	assert_int_equal(bw_signals_leave(fd, left, LENGTH(left)), 0);
	sigemptyset(&set);
	for (size_t i = 0; i < LENGTH(left); i++) {
		kill(getpid(), left[i]);
		assert_false(bw_signals_pending());
		sigaddset(&set, left[i]);
	}
	assert_int_equal(next(fd), 0);
	assert_true(sigtimedwait(&set, NULL, &none) > 0 && sigtimedwait(&set, NULL, &none) > 0);
	kill(getpid(), SIGINT); /* the others are read as before */
	assert_true(bw_signals_pending());
	assert_int_equal(next(fd), SIGINT);
	close(fd);
	for (size_t i = 0; i < LENGTH(left); i++)
		signal(left[i], SIG_DFL);
}

/* As by nohup. */
static void sighup_that_is_ignored_stays_ignored(void **state)
{
	sigset_t hangup;
	int fd;

	(void)state;
	sigemptyset(&hangup);
	sigaddset(&hangup, SIGHUP);
	sigprocmask(SIG_UNBLOCK, &hangup, NULL);
	signal(SIGHUP, SIG_IGN);
	fd = bw_signals_open();
	kill(getpid(), SIGHUP);
	assert_false(bw_signals_pending());
	assert_int_equal(next(fd), 0);
	close(fd);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(signals_that_end_a_run_are_read_from_the_descriptor),
	cmocka_unit_test(a_broken_pipe_and_a_full_file_are_errors_of_the_write),
	cmocka_unit_test(sigusr1_is_read_once_it_was_added),
	cmocka_unit_test(a_signal_that_is_handled_is_read_and_ends_no_run),
	cmocka_unit_test(signals_that_are_left_are_neither_read_nor_end_a_run),
	cmocka_unit_test(sighup_that_is_ignored_stays_ignored),
};

UNIT_MODULE("base/signals", NULL, NULL);
