/* SPDX-License-Identifier: Apache-2.0 */
/* What a child that parses may do to the process that asked: nothing but fail. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sandbox.h"
#include "base/signals.h"
#include "tests/unit/misbehaving.h"
#include "tests/unit/unit.h"

static void a_child_answers_or_reports_that_it_could_not_open_its_input(void **state)
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

static void an_answer_of_another_form_is_refused(void **state)
{
	static const enum op ops[] = {OP_SHORT, OP_LONG, OP_POSITIVE, OP_NO_END};

	(void)state;
	for (size_t i = 0; i < LENGTH(ops); i++)
		expect_failure(ops[i], BW_SANDBOX_GARBAGE, "an invalid answer");
	expect_failure(OP_EXIT, BW_SANDBOX_DIED, "ended");
}

/* Neither one that hangs when it is asked nor one that hangs when it opens is waited for. */
static void a_child_that_hangs_is_not_waited_for(void **state)
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
	bw_sandbox_reap_strays(&strays, 10000);
	assert_int_equal(strays.n, 0);
}

/* Also without its being waited for, the kernel has ended it. */
static void a_file_that_shrinks_while_it_is_read_costs_the_child_alone(void **state)
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
static void a_signal_leaves_one_moment_for_everything_that_comes_after_it(void **state)
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
static void the_number_of_children_that_did_not_end_is_bounded(void **state)
{
	const struct bw_sandbox_job job = job_of(open_null);
	struct bw_sandbox s;

	(void)state;
	for (int i = 0; i < 3 * BW_SANDBOX_STRAYS; i++)
		assert_int_equal(ask_new(&s, &job, OP_DESCRIBE, 20000), 0);
	bw_sandbox_reap_strays(&strays, 10000);
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
	bw_sandbox_reap_strays(&strays, 10000);
	assert_int_equal(strays.n, 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_child_answers_or_reports_that_it_could_not_open_its_input),
	cmocka_unit_test(an_answer_of_another_form_is_refused),
	cmocka_unit_test(a_child_that_hangs_is_not_waited_for),
	cmocka_unit_test(a_file_that_shrinks_while_it_is_read_costs_the_child_alone),
	cmocka_unit_test(a_signal_leaves_one_moment_for_everything_that_comes_after_it),
	cmocka_unit_test(the_number_of_children_that_did_not_end_is_bounded),
};

UNIT_MODULE("base/sandbox", NULL, NULL);
