/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/hook_trial.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "enforce/identity.h"

/*
 * In the child: ends with 0 if an open is refused with this error. The file has no name that rules could have, so that
 * it is this program that refuses it, and not one that enforces rules already (a reload).
 */
static void try_open(uint32_t error, const char *name)
{
	char path[64];
	int fd = memfd_create(name, MFD_CLOEXEC);

	signal(SIGALRM, SIG_DFL);
	alarm(10);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	_exit(fd >= 0 && open(path, O_RDONLY | O_CLOEXEC) < 0 && errno == (int)error ? 0 : 1);
}

/* *status: the child's wait status. -ENOTSUP: the program was not called. */
static int run_child(struct bw_enforcement *e, bool kill, int *status)
{
	struct learned learned;
	pid_t pid;
	int r = bw_identity_clear(e);

	e->settings.kill = kill;
	if (r == 0)
		r = bw_identity_mode(e, MODE_CANARY);
	if (r < 0)
		return r;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_NAME, e->settings.own_comm);
		try_open(e->error, e->settings.own_comm);
	}
	if (pid < 0 || waitpid(pid, status, 0) < 0)
		return bw_log_error(-errno, "cannot try the hook on a child process: %s", strerror(errno));
	r = bw_identity_read(e, &learned);
	if (r < 0)
		return r;
	return learned.count == 0 ? -ENOTSUP : 0;
}

int bw_hook_trial_run(struct bw_enforcement *e, const struct bw_loaded *loaded)
{
	int status = 0, r = bw_identity_begin(e, loaded);

	if (r == 0)
		r = run_child(e, false, &status);
	if (r < 0 || e->dry_run)
		return r;
	if (e->error && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		return -ENOTSUP;
	if (!e->kill)
		return 0;
	r = run_child(e, true, &status);
	if (r < 0)
		return r;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 0 : -ENOTSUP;
}
