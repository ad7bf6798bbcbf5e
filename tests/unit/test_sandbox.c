/* SPDX-License-Identifier: Apache-2.0 */
/* What a child that parses may do to the one that asked: nothing but fail. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sandbox.h"
#include "base/signals.h"
#include "tests/unit/unit.h"

enum { NUMBER = 4711 };

/* What the child does when it is asked. */
enum op {
	OP_DESCRIBE,
	OP_SPIN,
	OP_GROW,
	OP_OPEN,
	OP_SOCKET,
	OP_EXECUTE,
	OP_FORK,
	OP_HANG,
	OP_EXIT,
	OP_READ_MAPPED,
	OP_SHORT,
	OP_LONG,
	OP_POSITIVE,
	OP_NO_END,
};

static struct bw_strays strays;

static int open_null(void *cookie)
{
	(void)cookie;
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static int open_nothing(void *cookie)
{
	(void)cookie;
	return -ENOENT;
}

static int open_never(void *cookie)
{
	(void)cookie;
	for (;;)
		pause();
	return 0;
}

/* A file of one page that becomes empty when it is open. */
static int open_shrinking(void *cookie)
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

static struct bw_sandbox_job job_of(int (*opened)(void *cookie))
{
	return (struct bw_sandbox_job){.open = opened, .answer = answer_request, .limits = {16 << 20, 1}, .ms = 20000};
}

/* Asks a new child; how it failed is left in s. */
static int ask_new(struct bw_sandbox *s, const struct bw_sandbox_job *job, enum op op, unsigned ms)
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

static void expect(enum op op, enum bw_sandbox_failure failure, const char *why)
{
	const struct bw_sandbox_job job = job_of(open_null);
	struct bw_sandbox s;

	assert_int_equal(ask_new(&s, &job, op, 20000), -EIO);
	assert_int_equal(s.failure, failure);
	if (!strstr(s.why, why))
		fail_msg("op %d: %s", op, s.why);
}

static void answers(void **state)
{
	const struct bw_sandbox_job job = job_of(open_null), none = job_of(open_nothing);
	struct bw_sandbox s;
	struct stat st;

	(void)state;
	assert_int_equal(ask_new(&s, &job, OP_DESCRIBE, 20000), 0);
	assert_int_equal(s.failure, BW_SANDBOX_FINE);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_int_equal(s.id.inode, st.st_ino);
	assert_int_equal(ask_new(&s, &none, OP_DESCRIBE, 20000), -ENOENT);
	assert_int_equal(s.failure, BW_SANDBOX_FINE);
}

/* As the kernel describes the child. */
static void privileges(void **state)
{
	const struct bw_sandbox_job job = job_of(open_null);
	struct bw_deadline deadline = {0};
	char path[64], *status;
	struct bw_sandbox s;
	size_t len;

	(void)state;
	bw_deadline_start(&deadline, 20000);
	assert_int_equal(bw_sandbox_start(&s, &job, &strays, &deadline), 0);
	snprintf(path, sizeof(path), "/proc/%d/status", s.pid);
	assert_int_equal(bw_read_file(path, 1 << 16, &status, &len), 0);
	assert_non_null(strstr(status, "\nCapInh:\t0000000000000000\nCapPrm:\t0000000000000000\n"
				       "CapEff:\t0000000000000000\n"));
	assert_non_null(strstr(status, "\nNoNewPrivs:\t1\n"));
	assert_non_null(strstr(status, "\nSeccomp:\t2\n"));
	if (geteuid() == 0) {
		assert_non_null(strstr(status, "\nUid:\t65534\t65534\t65534\t65534\n"));
		assert_non_null(strstr(status, "\nGid:\t65534\t65534\t65534\t65534\n"));
		assert_non_null(strstr(status, "\nGroups:\t \n"));
	}
	free(status);
	bw_sandbox_stop(&s, &strays);
}

/* A descriptor that the parent has open, and memory that it shares with others, are not the child's. */
static void a_sandboxed_child_inherits_nothing(void **state)
{
	char *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const struct bw_sandbox_job job = job_of(open_null);
	struct bw_deadline deadline = {0};
	char path[64], *maps;
	int ends[2], high;
	struct bw_sandbox s;
	size_t len;

	(void)state;
	assert_ptr_not_equal(shared, MAP_FAILED);
	assert_int_equal(pipe(ends), 0);
	high = fcntl(ends[1], F_DUPFD, 700);
	assert_true(high >= 700);
	bw_deadline_start(&deadline, 20000);
	assert_int_equal(bw_sandbox_start(&s, &job, &strays, &deadline), 0);
	close(ends[1]);
	close(high);
	assert_int_equal(read(ends[0], path, 1), 0); /* nobody has the other end */
	if (geteuid() == 0) {
		snprintf(path, sizeof(path), "/proc/%d/maps", s.pid);
		assert_int_equal(bw_read_file(path, 1 << 24, &maps, &len), 0);
		assert_true(len > 0);
		assert_null(strstr(maps, "-s "));
		assert_null(strstr(maps, "w-s "));
		free(maps);
	}
	bw_sandbox_stop(&s, &strays);
	close(ends[0]);
	munmap(shared, 4096);
}

static void limits(void **state)
{
	(void)state;
	expect(OP_SPIN, BW_SANDBOX_DIED, "CPU time");
	expect(OP_GROW, BW_SANDBOX_MEMORY, "more memory");
}

static void system_calls(void **state)
{
	static const enum op ops[] = {OP_OPEN, OP_SOCKET, OP_EXECUTE, OP_FORK};

	(void)state;
	for (size_t i = 0; i < LENGTH(ops); i++)
		expect(ops[i], BW_SANDBOX_DIED, "a system call");
}

static void an_answer_that_is_garbage_is_refused(void **state)
{
	static const enum op ops[] = {OP_SHORT, OP_LONG, OP_POSITIVE, OP_NO_END};

	(void)state;
	for (size_t i = 0; i < LENGTH(ops); i++)
		expect(ops[i], BW_SANDBOX_GARBAGE, "what can't be");
	expect(OP_EXIT, BW_SANDBOX_DIED, "ended");
}

/* Neither one that hangs when it is asked nor one that hangs when it opens is waited for. */
static void hangs(void **state)
{
	struct bw_sandbox_job job = job_of(open_null), never = job_of(open_never);
	uint64_t start = bw_deadline_now();
	struct bw_sandbox s;

	(void)state;
	job.ms = never.ms = 300;
	assert_int_equal(ask_new(&s, &job, OP_HANG, 20000), -EIO);
	assert_int_equal(s.failure, BW_SANDBOX_SLOW);
	assert_string_equal(s.why, "reading it takes more than 0.3 s");
	assert_int_equal(ask_new(&s, &never, OP_DESCRIBE, 20000), -EIO);
	assert_int_equal(s.failure, BW_SANDBOX_SLOW);
	never.ms = 20000;
	assert_int_equal(ask_new(&s, &never, OP_DESCRIBE, 300), -EIO);
	assert_int_equal(s.failure, BW_SANDBOX_OVER);
	assert_true(bw_deadline_now() - start < 10000);
	bw_strays_reap(&strays, 10000);
	assert_int_equal(strays.n, 0);
}

/* Also without its being waited for, the kernel has ended it. */
static void truncated(void **state)
{
	char path[] = "/tmp/bccwatch-sandbox-XXXXXX";
	struct bw_sandbox_job job = job_of(open_shrinking);
	int fd = mkstemp(path);
	struct bw_sandbox s;

	(void)state;
	job.cookie = path;
	assert_true(fd >= 0);
	assert_int_equal(ask_new(&s, &job, OP_READ_MAPPED, 20000), -EIO);
	assert_int_equal(s.failure, BW_SANDBOX_DIED);
	/* The sanitizer's handlers are not the child's. */
	assert_string_equal(s.why, "its process crashed (Bus error)");
	close(fd);
	unlink(path);
}

/* All that is left once a signal has come is a moment, for all that comes then. */
static void a_signal_ends_the_wait_for_a_sandboxed_child(void **state)
{
	struct bw_sandbox_job never = job_of(open_never);
	uint64_t start = bw_deadline_now();
	struct bw_deadline deadline = {0};
	int fd = bw_signals_open();
	struct bw_sandbox s;

	(void)state;
	bw_deadline_start(&deadline, 20000);
	assert_true(bw_deadline_left(&deadline) > 15000);
	kill(getpid(), SIGTERM);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(bw_sandbox_start(&s, &never, &strays, &deadline), -EIO);
		assert_int_equal(s.failure, BW_SANDBOX_OVER);
		bw_deadline_start(&deadline, 20000);
	}
	assert_true(bw_deadline_now() - start < 900);
	sigset_t set;
	int number;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigwait(&set, &number);
	close(fd);
}

/* Their number is bounded, and the room of those that ended is used again. */
static void many_strays(void **state)
{
	const struct bw_sandbox_job job = job_of(open_null);
	struct bw_sandbox s;

	(void)state;
	for (int i = 0; i < 3 * BW_SANDBOX_STRAYS; i++)
		assert_int_equal(ask_new(&s, &job, OP_DESCRIBE, 20000), 0);
	bw_strays_reap(&strays, 10000);
	assert_int_equal(strays.n, 0);
	while (strays.n < BW_SANDBOX_HUNG) { /* that do not end */
		pid_t pid = fork();

		if (pid == 0)
			for (;;)
				pause();
		strays.pids[strays.n++] = pid;
	}
	assert_int_equal(ask_new(&s, &job, OP_DESCRIBE, 20000), -EIO);
	assert_int_equal(s.failure, BW_SANDBOX_START);
	for (unsigned i = 0; i < strays.n; i++)
		kill(strays.pids[i], SIGKILL);
	bw_strays_reap(&strays, 10000);
	assert_int_equal(strays.n, 0);
}

static void only_a_regular_file_is_opened_in_a_sandbox(void **state)
{
	char path[] = "/tmp/bccwatch-fifo-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	close(fd);
	fd = bw_open_regular(path);
	assert_true(fd >= 0);
	close(fd);
	unlink(path);
	assert_int_equal(bw_open_regular(path), -ENOENT);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(bw_open_regular(path), -EINVAL);
	unlink(path);
	assert_int_equal(bw_open_regular("/dev/null"), -EINVAL);
	assert_int_equal(bw_open_regular("/tmp"), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(privileges),
		cmocka_unit_test(a_sandboxed_child_inherits_nothing),
		cmocka_unit_test(limits),
		cmocka_unit_test(system_calls),
		cmocka_unit_test(an_answer_that_is_garbage_is_refused),
		cmocka_unit_test(hangs),
		cmocka_unit_test(truncated),
		cmocka_unit_test(a_signal_ends_the_wait_for_a_sandboxed_child),
		cmocka_unit_test(many_strays),
		cmocka_unit_test(only_a_regular_file_is_opened_in_a_sandbox),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
