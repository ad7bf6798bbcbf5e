/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sandbox.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

static_assert(sizeof(struct bw_sandbox_file_id) == (BW_SANDBOX_NUMBERS - 1) * sizeof(uint64_t), "behind the stage");

/* A wait is divided into steps, so that a signal is noticed. */
enum { SLICE_MS = 50 };

/* How long to wait for the end of a process that closed its socket. */
enum { END_MS = 200 };

enum { ERRNO_MAX = 4095 };

/* The beginning of the first answer, which needs no request. */
enum stage { STAGE_READY, STAGE_OPEN, STAGE_CONFINE };

static void send_answer(int fd, const struct bw_sandbox_answer *answer)
{
	if (send(fd, answer, sizeof(*answer), MSG_NOSIGNAL) != sizeof(*answer))
		_exit(1);
}

static uint64_t nanoseconds(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * 1000000000 + (uint64_t)t->tv_nsec;
}

struct bw_sandbox_file_id bw_sandbox_file_id_of(const struct stat *st)
{
	return (struct bw_sandbox_file_id){st->st_dev, st->st_ino, (uint64_t)st->st_size, nanoseconds(&st->st_ctim),
					   nanoseconds(&st->st_mtim)};
}

/* Opens the input and describes it in the first answer; on failure that has the reason, and the process ends. */
static int open_input(int socket, const struct bw_sandbox_job *job, struct bw_sandbox_answer *hello)
{
	int fd = job->open ? job->open(job->cookie) : -1;
	struct bw_sandbox_file_id id;
	struct stat st;

	if (!job->open)
		return -1;

	if (fd < 0 || fstat(fd, &st) < 0) {
		hello->numbers[0] = STAGE_OPEN;
		hello->status = fd < 0 ? fd : -errno;
		send_answer(socket, hello);
		_exit(1);
	}
	id = bw_sandbox_file_id_of(&st);
	memcpy(&hello->numbers[1], &id, sizeof(id));
	return fd;
}

/* The child. */
static void serve(int socket, const struct bw_sandbox_job *job, pid_t parent)
{
	static struct bw_sandbox_request request;
	static struct bw_sandbox_answer answer;
	const char *step;
	int fd;

	if (bw_confine_detach(parent, socket) < 0)
		_exit(1);
	fd = open_input(socket, job, &answer);
	answer.status = job->privileged ? 0 : bw_confine(parent, &job->limits, &step);
	if (answer.status < 0) {
		answer.numbers[0] = STAGE_CONFINE;
		snprintf(answer.text, sizeof(answer.text), "%s", step);
		send_answer(socket, &answer);
		_exit(1);
	}
	send_answer(socket, &answer);
	while (recv(socket, &request, sizeof(request), 0) == sizeof(request)) {
		memset(&answer, 0, sizeof(answer));
		request.text[sizeof(request.text) - 1] = '\0';
		job->answer(job->cookie, fd, &request, &answer);
		send_answer(socket, &answer);
	}
	_exit(0);
}

int bw_sandbox_check(const void *bytes, size_t len, struct bw_sandbox_answer *answer)
{
	if (len != sizeof(*answer))
		return -EPROTO;
	memcpy(answer, bytes, len);
	if (answer->status > 0 || answer->status < -ERRNO_MAX || !memchr(answer->text, '\0', sizeof(answer->text)))
		return -EPROTO;
	return 0;
}

static int fail(struct bw_sandbox *s, enum bw_sandbox_failure failure, const char *why)
{
	s->failure = failure;
	snprintf(s->why, sizeof(s->why), "%s", why);
	return -EIO;
}

/* How it ended, for the user. */
static void explain_end(struct bw_sandbox *s, int status)
{
	int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	fail(s, BW_SANDBOX_DIED, "its process ended");
	if (signal == SIGXCPU || signal == SIGKILL)
		fail(s, BW_SANDBOX_DIED, "it takes more CPU time or memory than it may");
	else if (signal == SIGSYS)
		fail(s, BW_SANDBOX_DIED, "its process made a system call that is not allowed");
	else if (signal)
		snprintf(s->why, sizeof(s->why), "its process crashed (%s)", strsignal(signal));
}

/* The child has closed its socket. */
static int find_end(struct bw_sandbox *s)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	int status = 0;

	for (unsigned i = 0; i < END_MS; i++) {
		if (waitpid(s->pid, &status, WNOHANG) != 0) {
			s->pid = 0;
			break;
		}
		nanosleep(&pause, NULL);
	}
	explain_end(s, status);
	return -EIO;
}

static int receive(struct bw_sandbox *s, struct bw_sandbox_answer *answer)
{
	/* A byte more, so that an answer that is too long is noticed. */
	char bytes[sizeof(*answer) + 1];
	ssize_t n = recv(s->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n <= 0)
		return find_end(s);
	if (bw_sandbox_check(bytes, (size_t)n, answer) < 0)
		return fail(s, BW_SANDBOX_GARBAGE, "its process sent an invalid answer");
	return 0;
}

static int wait_answer(struct bw_sandbox *s, struct bw_sandbox_answer *answer, struct bw_deadline *deadline)
{
	struct pollfd fd = {.fd = s->fd, .events = POLLIN};
	uint64_t end = bw_deadline_now() + s->ms;
	unsigned left;

	while ((left = bw_deadline_left(deadline)) > 0) {
		uint64_t now = bw_deadline_now();

		if (now >= end) {
			fail(s, BW_SANDBOX_SLOW, "");
			snprintf(s->why, sizeof(s->why), "reading it takes more than %u.%u s", s->ms / 1000,
				 s->ms % 1000 / 100);
			return -EIO;
		}
		left = left > end - now ? (unsigned)(end - now) : left;
		if (poll(&fd, 1, (int)(left > SLICE_MS ? SLICE_MS : left)) > 0)
			return receive(s, answer);
	}
	return fail(s, BW_SANDBOX_OVER, "the time for it was over");
}

/* The first answer: was the input opened, and are the privileges gone? */
static int greet(struct bw_sandbox *s, struct bw_deadline *deadline)
{
	struct bw_sandbox_answer hello;
	int r = wait_answer(s, &hello, deadline);

	if (r < 0)
		return r;
	memcpy(&s->id, &hello.numbers[1], sizeof(s->id));
	if (hello.status == 0)
		return hello.numbers[0] == STAGE_READY ? 0 : -EIO;
	if (hello.numbers[0] != STAGE_CONFINE)
		return hello.status;
	fail(s, BW_SANDBOX_CONFINE, "");
	snprintf(s->why, sizeof(s->why), "its process can't give up its privileges (%.48s: %.32s)", hello.text,
		 strerror(-hello.status));
	return -EIO;
}

/* -errno */
static int start_child(struct bw_sandbox *s, const struct bw_sandbox_job *job)
{
	pid_t parent = getpid();
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	s->pid = fork();
	if (s->pid == 0)
		serve(fds[1], job, parent);
	s->fd = fds[0];
	close(fds[1]);
	if (s->pid > 0)
		return 0;
	s->pid = 0;
	return -errno;
}

int bw_sandbox_start(struct bw_sandbox *s, const struct bw_sandbox_job *job, struct bw_sandbox_strays *strays,
		     struct bw_deadline *deadline)
{
	int r;

	*s = (struct bw_sandbox){.fd = -1, .ms = job->ms};
	bw_sandbox_reap_strays(strays, strays->n >= BW_SANDBOX_HUNG ? SLICE_MS : 0);
	if (strays->n >= BW_SANDBOX_HUNG)
		return fail(s, BW_SANDBOX_START, "too many reader processes hang");
	if (bw_deadline_left(deadline) == 0)
		return fail(s, BW_SANDBOX_OVER, "the time for it was over");
	r = start_child(s, job);
	if (r < 0) {
		fail(s, BW_SANDBOX_START, "");
		snprintf(s->why, sizeof(s->why), "no process could be started: %.64s", strerror(-r));
		return -EIO;
	}
	r = greet(s, deadline);
	if (r < 0)
		bw_sandbox_stop(s, strays);
	return r;
}

int bw_sandbox_ask(struct bw_sandbox *s, const struct bw_sandbox_request *request, struct bw_sandbox_answer *answer,
		   struct bw_deadline *deadline)
{
	int r;

	if (s->failure || s->pid == 0)
		return -EIO;
	if (bw_deadline_left(deadline) == 0)
		return fail(s, BW_SANDBOX_OVER, "the time for it was over");
	/* The child waits for a request, so the socket has space. */
	if (send(s->fd, request, sizeof(*request), MSG_DONTWAIT | MSG_NOSIGNAL) != sizeof(*request))
		return find_end(s);
	r = wait_answer(s, answer, deadline);
	if (r == 0 && answer->status == -ENOMEM)
		return fail(s, BW_SANDBOX_MEMORY, "reading it takes more memory than it may");
	return r < 0 ? r : answer->status;
}

void bw_sandbox_stop(struct bw_sandbox *s, struct bw_sandbox_strays *strays)
{
	if (s->pid > 0) {
		kill(s->pid, SIGKILL);
		if (strays->n < BW_SANDBOX_STRAYS)
			strays->pids[strays->n++] = s->pid;
		s->pid = 0;
	}
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

uint64_t bw_sandbox_memory(const struct bw_sandbox *s)
{
	BW_FREE char *statm = NULL;
	char path[64], *p;
	size_t len;
	uint64_t resident, shared;

	snprintf(path, sizeof(path), "/proc/%d/statm", s->pid);
	if (s->pid == 0 || bw_file_read(path, 4096, &statm, &len) < 0)
		return 0;
	strtoull(statm, &p, 10); /* all that is mapped */
	resident = strtoull(p, &p, 10);
	shared = strtoull(p, &p, 10);
	return resident > shared ? (resident - shared) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

void bw_sandbox_reap_strays(struct bw_sandbox_strays *strays, unsigned ms)
{
	const struct timespec pause = {.tv_nsec = 500000};
	uint64_t end = bw_deadline_now() + ms;

	for (;;) {
		for (unsigned i = 0; i < strays->n;)
			if (waitpid(strays->pids[i], NULL, WNOHANG) != 0)
				strays->pids[i] = strays->pids[--strays->n];
			else
				i++;
		if (strays->n == 0 || bw_deadline_now() >= end)
			return;
		nanosleep(&pause, NULL);
	}
}
