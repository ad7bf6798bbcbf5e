/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/unit/misbehaving.h"

struct bw_sandbox_strays strays;

int open_null(void *cookie)
{
	(void)cookie;
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

int open_nothing(void *cookie)
{
	(void)cookie;
	return -ENOENT;
}

int open_never(void *cookie)
{
	(void)cookie;
	for (;;)
		pause();
	return 0;
}

/* A file of one page that becomes empty when it is open. */
int open_shrinking(void *cookie)
{
	return open(cookie, O_RDONLY | O_CLOEXEC);
}

/* Of the number that is asked for; an answer of another size goes out before the right one. */
static void send_bytes(size_t size)
{
	static const char bytes[2 * sizeof(struct bw_sandbox_answer)];

	for (int fd = 0; fd < 64; fd++)
		if (send(fd, bytes, size, MSG_NOSIGNAL) > 0)
			return;
}

static void grow(void)
{
	for (;;)
		if (mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
			return;
}

static void read_mapped(int fd)
{
	const volatile char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

	(void)*page;
}

static void misbehave(enum op op, int fd)
{
	switch (op) {
	case OP_SPIN:
		for (volatile unsigned i = 0;; i = i + 1)
			;
	case OP_OPEN:
		syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY);
		break;
	case OP_SOCKET:
		syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
		break;
	case OP_EXECUTE:
		(void)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		break;
	case OP_FORK:
		syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
		break;
	case OP_HANG: /* for a signal that does not come */
		for (int word = 0;;)
			syscall(SYS_futex, &word, 0 /* FUTEX_WAIT */, 0, NULL, NULL, 0);
	case OP_EXIT: /* past the sanitizer, which would look for leaks */
		syscall(SYS_exit_group, 3);
		break;
	case OP_READ_MAPPED:
		read_mapped(fd);
		break;
	default:
		break;
	}
}

static void answer_request(void *cookie, int fd, const struct bw_sandbox_request *request,
			   struct bw_sandbox_answer *answer)
{
	(void)cookie;
	switch (request->op) {
	case OP_DESCRIBE:
		answer->numbers[0] = request->number;
		snprintf(answer->text, sizeof(answer->text), "%s", request->text);
		break;
	case OP_GROW:
		grow();
		answer->status = -ENOMEM;
		break;
	case OP_SHORT:
		send_bytes(sizeof(*answer) - 1);
		break;
	case OP_LONG:
		send_bytes(sizeof(*answer) + 1);
		break;
	case OP_POSITIVE:
		answer->status = 1;
		break;
	case OP_NO_END:
		memset(answer->text, 'x', sizeof(answer->text));
		break;
	default:
		misbehave(request->op, fd);
	}
}

struct bw_sandbox_job job_of(int (*opened)(void *cookie))
{
	return (struct bw_sandbox_job){.open = opened, .answer = answer_request, .limits = {16 << 20, 1}, .ms = 20000};
}

/* Asks a new child; how it failed is left in s. */
int ask_new(struct bw_sandbox *s, const struct bw_sandbox_job *job, enum op op, unsigned ms)
{
	struct bw_sandbox_request request = {.op = op, .number = NUMBER, .text = "text"};
	struct bw_sandbox_answer answer;
	struct bw_deadline deadline = {0};
	int r;

	bw_deadline_start(&deadline, ms);
	r = bw_sandbox_start(s, job, &strays, &deadline);
	if (r == 0)
		r = bw_sandbox_ask(s, &request, &answer, &deadline);
	if (r == 0 && op == OP_DESCRIBE) {
		assert_int_equal(answer.numbers[0], NUMBER);
		assert_string_equal(answer.text, "text");
	}
	if (r < 0) /* it stays so */
		assert_int_equal(bw_sandbox_ask(s, &request, &answer, &deadline), -EIO);
	bw_sandbox_stop(s, &strays);
	return r;
}

void expect_failure(enum op op, enum bw_sandbox_failure failure, const char *why)
{
	const struct bw_sandbox_job job = job_of(open_null);
	struct bw_sandbox s;

	assert_int_equal(ask_new(&s, &job, op, 20000), -EIO);
	assert_int_equal(s.failure, failure);
	if (!strstr(s.why, why))
		fail_msg("op %d: %s", op, s.why);
}
