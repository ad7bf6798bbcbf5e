/* SPDX-License-Identifier: Apache-2.0 */
#include "base/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>

static const int ending[] = {SIGINT, SIGTERM, SIGHUP};

int bw_signals_open(void)
{
	struct sigaction hangup;
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < sizeof(ending) / sizeof(*ending); i++)
		sigaddset(&set, ending[i]);
	if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler == SIG_IGN)
		sigdelset(&set, SIGHUP); /* nohup */
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
	    signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
		return -errno;
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int add(int fd, int signal)
{
	sigset_t set;

	if (sigprocmask(SIG_BLOCK, NULL, &set) < 0)
		return -errno;
	sigaddset(&set, signal);
	if (signalfd(fd, &set, 0) < 0 || sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	return 0;
}

int bw_signals_add_usr1(int fd)
{
	return add(fd, SIGUSR1);
}

/* Never called, since the signal is blocked. That it is set says that the signal does not end the run. */
static void handled(int signal)
{
	(void)signal;
}

int bw_signals_handle(int fd, int signal)
{
	const struct sigaction action = {.sa_handler = handled};

	return sigaction(signal, &action, NULL) < 0 ? -errno : add(fd, signal);
}

int bw_signals_leave(int fd, const int *signals, size_t n)
{
	const struct sigaction action = {.sa_handler = handled};
	sigset_t set, left;

	if (sigprocmask(SIG_BLOCK, NULL, &set) < 0)
		return -errno;
	sigemptyset(&left);
	for (size_t i = 0; i < n; i++) {
		sigdelset(&set, signals[i]);
		if (sigaddset(&left, signals[i]) < 0 || sigaction(signals[i], &action, NULL) < 0)
			return -errno;
	}
	return signalfd(fd, &set, 0) < 0 || sigprocmask(SIG_BLOCK, &left, NULL) < 0 ? -errno : 0;
}

bool bw_signals_end_run(int signal)
{
	struct sigaction action;

	return sigaction(signal, NULL, &action) < 0 || action.sa_handler != handled;
}

bool bw_signals_pending(void)
{
	sigset_t set;

	sigpending(&set);
	for (size_t i = 0; i < sizeof(ending) / sizeof(*ending); i++)
		if (sigismember(&set, ending[i]) && bw_signals_end_run(ending[i]))
			return true;
	return false;
}
