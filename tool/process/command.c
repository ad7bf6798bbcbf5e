/* SPDX-License-Identifier: Apache-2.0 */
#include "process/command.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/signals.h"

#ifndef SYS_close_range /* the C library of Debian 11 has no name for it; the number is the same on all machines */
#define SYS_close_range 436
#endif

/* What the process has reached, the end of its pipe being the second; or, with an error, what failed. */
enum stage { STAGE_WAITS, STAGE_EXECUTED, STAGE_PREPARE, STAGE_USER, STAGE_EXEC };

struct message {
	enum stage stage;
	int error;
};

struct user {
	bool is_set; /* else as the caller */
	uid_t uid;
	gid_t gid;
	char name[sizeof(((struct bw_command_run *)NULL)->user)];
};

/* What the process has of ours until it executes the command. */
enum { RESULT_FD = 3, GO_FD };

static const int passed_on[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP /* the last one: see keeps_hangup */};

static size_t n_passed_on(const struct bw_command_run *run)
{
	return sizeof(passed_on) / sizeof(*passed_on) - run->keeps_hangup;
}

/* false: they are not both valid. */
static bool find_sudo_user(struct user *user)
{
	const char *uid = getenv("SUDO_UID"), *gid = getenv("SUDO_GID");
	const struct passwd *entry;
	uint64_t u, g;

	if (!uid || !gid || bw_parse_number(uid, UINT32_MAX - 1, &u) < 0 ||
	    bw_parse_number(gid, UINT32_MAX - 1, &g) < 0)
		return false;
	entry = getpwuid((uid_t)u);
	if (!entry || strlen(entry->pw_name) >= sizeof(user->name))
		return false;
	*user = (struct user){.is_set = true, .uid = (uid_t)u, .gid = (gid_t)g};
	strcpy(user->name, entry->pw_name); /* NOLINT(clang-analyzer-security.insecureAPI.strcpy): it was measured */
	return true;
}

static void choose_user(struct bw_command_run *run, struct user *user)
{
	*user = (struct user){.uid = getuid()};
	if (geteuid() == 0 && !run->as_root && !find_sudo_user(user) && (getenv("SUDO_UID") || getenv("SUDO_GID")))
		bw_log_note("SUDO_UID and SUDO_GID are not those of a user: the command runs as uid %u.", user->uid);
	run->uid = user->uid;
	memcpy(run->user, user->name, sizeof(run->user));
}

/* 0 or -errno. -EPERM, too, where root could be had back. */
static int become(const struct user *user)
{
	uid_t r, e, s;
	gid_t rg, eg, sg;

	if (!user->is_set)
		return 0;
	if (initgroups(user->name, user->gid) < 0 || setresgid(user->gid, user->gid, user->gid) < 0 ||
	    setresuid(user->uid, user->uid, user->uid) < 0 || getresuid(&r, &e, &s) < 0 || getresgid(&rg, &eg, &sg) < 0)
		return -errno;
	if (r != user->uid || e != user->uid || s != user->uid || rg != user->gid || eg != user->gid || sg != user->gid)
		return -EPERM;
	return user->uid != 0 && setresuid((uid_t)-1, 0, (uid_t)-1) == 0 ? -EPERM : 0;
}

/* Descriptors 0 to 2 and the two of ours stay. */
static int keep_descriptors(const struct bw_command_run *run, int result, int go)
{
	int r = fcntl(result, F_DUPFD, GO_FD + 1), g = fcntl(go, F_DUPFD, GO_FD + 1);

	if (r < 0 || g < 0 || dup3(r, RESULT_FD, O_CLOEXEC) < 0 || dup3(g, GO_FD, O_CLOEXEC) < 0 ||
	    syscall(__NR_close_range, GO_FD + 1, UINT_MAX, 0) < 0)
		return -errno;
	return run->stdout_to_stderr && dup2(STDERR_FILENO, STDOUT_FILENO) < 0 ? -errno : 0;
}

/* Those that we ignore, and handle; what the caller ignored stays ignored, as by nohup. */
static int reset_signals(void)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++) {
		struct sigaction action;

		if (sigaction(i, NULL, &action) == 0 && (action.sa_handler != SIG_IGN || i == SIGPIPE || i == SIGXFSZ))
			signal(i, SIG_DFL);
	}
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL) < 0 ? -errno : 0;
}

static bool is_executable(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

/*
 * The command's path, as execvp would find it: looking for it now leaves its process nothing to do but to execute it.
 * What is not found is left to execvp, which has the error.
 */
static const char *find_command(const char *name, char path[PATH_MAX])
{
	const char *dirs = getenv("PATH");

	if (strchr(name, '/') || !*name || !dirs)
		return name;
	for (const char *end; dirs; dirs = *end ? end + 1 : NULL) {
		end = strchrnul(dirs, ':');
		if (snprintf(path, PATH_MAX, "%.*s%s%s", (int)(end - dirs), dirs, end > dirs ? "/" : "./", name) <
			    PATH_MAX &&
		    is_executable(path))
			return path;
	}
	return name;
}

bool bw_command_is_found(const char *name)
{
	char path[PATH_MAX];

	return find_command(name, path) == path;
}

static void send_message(int fd, enum stage stage, int error)
{
	const struct message message = {stage, error};

	if (write(fd, &message, sizeof(message)) != sizeof(message))
		_exit(BW_COMMAND_FAILED);
}

/* In the new process. */
static void run_command(const struct bw_command_run *run, const struct user *user, int result, int go)
{
	int r = keep_descriptors(run, result, go);
	char found[PATH_MAX], byte;
	const char *path;
	enum stage stage = STAGE_PREPARE;

	if (r < 0) {
		send_message(result, stage, r);
		_exit(BW_COMMAND_FAILED);
	}
	r = become(user);
	stage = r < 0 ? STAGE_USER : stage;
	path = r < 0 ? NULL : find_command(run->argv[0], found);
	if (r == 0)
		r = reset_signals();
	if (r == 0) {
		send_message(RESULT_FD, STAGE_WAITS, 0);
		/* A byte is the leave to go on; the end of the pipe, that there is none. */
		if (read(GO_FD, &byte, 1) != 1)
			_exit(BW_COMMAND_FAILED);
		execvp(path, run->argv);
		stage = STAGE_EXEC;
		r = -errno;
	}
	send_message(RESULT_FD, stage, r);
	_exit(BW_COMMAND_FAILED);
}

static struct message receive(int fd)
{
	struct message message = {.stage = STAGE_EXECUTED};
	ssize_t n;

	do
		n = read(fd, &message, sizeof(message));
	while (n < 0 && errno == EINTR);
	return n == sizeof(message) || n == 0 ? message : (struct message){STAGE_PREPARE, -EIO};
}

/* 0 where it has reached that stage, else the error, reported. */
static int report(struct bw_command_run *run, struct message m, enum stage wanted)
{
	const char *name = run->argv[0];

	if (m.stage == wanted)
		return 0;
	if (m.error == 0)
		m.error = -ECHILD; /* it ended before */
	run->status = BW_COMMAND_FAILED;
	if (m.stage == STAGE_USER)
		return bw_log_error(m.error, "cannot run '%s' as user '%s': %s", name, run->user, strerror(-m.error));
	if (m.stage == STAGE_EXEC)
		run->status = m.error == -ENOENT ? BW_COMMAND_ABSENT : BW_COMMAND_CANNOT;
	return bw_log_error(m.error, "cannot run '%s': %s", name, strerror(-m.error));
}

int bw_command_start(struct bw_command_run *run)
{
	struct user user;
	int result[2] = {-1, -1}, go[2] = {-1, -1}, r = 0;

	run->go = run->result = run->status = -1;
	run->pid = 0;
	run->is_started = true;
	run->is_released = run->was_executed = false;
	choose_user(run, &user);
	if (pipe2(result, O_CLOEXEC) == 0 && pipe2(go, O_CLOEXEC) == 0)
		run->pid = fork();
	else
		r = -errno;
	if (r == 0 && run->pid == 0) {
		close(go[1]);
		run_command(run, &user, result[1], go[0]);
	}
	r = run->pid < 0 ? -errno : r;
	run->pid = run->pid < 0 ? 0 : run->pid;
	run->go = go[1];
	run->result = result[0];
	bw_cleanup_fd(&go[0]);
	bw_cleanup_fd(&result[1]);
	return report(run, r < 0 ? (struct message){STAGE_PREPARE, r} : receive(run->result), STAGE_WAITS);
}

int bw_command_release(struct bw_command_run *run, int signal_fd)
{
	int r = bw_signals_leave(signal_fd, passed_on, n_passed_on(run));

	if (r == 0 && write(run->go, "", 1) != 1)
		r = -errno;
	run->is_released = r == 0;
	r = report(run, r < 0 ? (struct message){STAGE_PREPARE, r} : receive(run->result), STAGE_EXECUTED);
	run->was_executed = r == 0;
	return r;
}

/* A terminal sends its signals to the command, too; what a process sends to us alone is for the command. */
static void pass_signals_on(const struct bw_command_run *run)
{
	const struct timespec none = {0};
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < n_passed_on(run); i++)
		sigaddset(&set, passed_on[i]);
	while (sigtimedwait(&set, &info, &none) > 0)
		if (info.si_code <= 0 && run->status < 0)
			kill(run->pid, info.si_signo);
}

static bool take_status(struct bw_command_run *run, int options)
{
	int status;
	pid_t pid = waitpid(run->pid, &status, options);

	if (pid == 0 || (pid < 0 && errno == EINTR))
		return false;
	if (run->status < 0 && pid == run->pid)
		run->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	else if (run->status < 0)
		run->status = BW_COMMAND_FAILED;
	run->pid = 0;
	return true;
}

bool bw_command_has_ended(struct bw_command_run *run)
{
	if (run->pid == 0 || !run->is_released)
		return run->pid == 0;
	pass_signals_on(run);
	return take_status(run, WNOHANG);
}

int bw_command_status(struct bw_command_run *run)
{
	sigset_t child;

	if (!run->is_started)
		return BW_COMMAND_FAILED;
	if (!run->is_released)
		return run->status < 0 ? BW_COMMAND_FAILED : run->status;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	while (!bw_command_has_ended(run)) {
		const struct timespec pause = {.tv_nsec = 50000000};

		sigtimedwait(&child, NULL, &pause);
	}
	return run->status;
}

void bw_command_close(struct bw_command_run *run)
{
	if (!run->is_started)
		return;
	if (run->pid > 0 && !run->is_released) {
		bw_cleanup_fd(&run->go); /* on which it ends */
		run->go = -1;
		while (!take_status(run, 0))
			;
	}
	if (run->go >= 0)
		close(run->go);
	if (run->result >= 0)
		close(run->result);
	run->go = run->result = -1;
}
