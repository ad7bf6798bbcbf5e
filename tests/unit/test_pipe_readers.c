/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/pipe_readers.h"
#include "tests/unit/root.h"

static int ends[2];
static struct bw_pipe_readers readers;

static int begin(void **state)
{
	return pipe(ends) < 0 ? -1 : make_root(state);
}

static int end(void **state)
{
	close(ends[0]);
	close(ends[1]);
	return remove_root(state);
}

/* A descriptor in the made /proc. */
static void put_fd(int pid, int fd, const char *target, const char *flags)
{
	char path[128], text[64];

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", pid, fd);
	snprintf(text, sizeof(text), "pos:\t0\nflags:\t%s\nmnt_id:\t13\n", flags);
	put(path, text);
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	mkdir(below(path), 0700);
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	assert_int_equal(symlink(target, below(path)), 0);
}

static const char *link_of(int fd)
{
	static char target[256];
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, target, sizeof(target) - 1);
	assert_true(n > 0);
	target[n] = '\0';
	return target;
}

static void those_that_have_it_open_for_reading_are_found(void **state)
{
	(void)state;
	put_fd(10, 0, link_of(ends[1]), "0100000");
	put_fd(11, 1, link_of(ends[1]), "0100001"); /* writes */
	put_fd(12, 0, "pipe:[1]", "00");
	put_fd(13, 0, "/etc/passwd", "00");
	put_fd(13, 7, link_of(ends[1]), "02000002"); /* by a descriptor for both */
	put_fd(getpid(), 0, link_of(ends[1]), "00"); /* this one */
	put("/proc/14/comm", "its descriptors may not be looked at\n");
	put("/proc/self/comm", "x\n");
	assert_int_equal(bw_pipe_readers_find(&readers, root, ends[1]), 0);
	assert_int_equal(readers.n, 2);
	assert_int_equal(readers.pids[0] + readers.pids[1], 23);
	assert_false(readers.incomplete);
}

static void who_reads_what_a_reader_writes_is_found(void **state)
{
	(void)state;
	put_fd(10, 0, link_of(ends[1]), "00");
	put_fd(10, 1, "pipe:[1]", "01");
	put_fd(11, 0, "pipe:[1]", "00");
	put_fd(11, 1, "pipe:[2]", "01");
	put_fd(12, 0, "pipe:[2]", "00");
	put_fd(12, 1, "/dev/pts/1", "01");
	put_fd(13, 0, "/dev/pts/1", "00");
	put_fd(14, 0, "pipe:[1]", "01");
	assert_int_equal(bw_pipe_readers_find(&readers, root, ends[1]), 0);
	assert_int_equal(readers.n, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(readers.pids[i], 10 + i);
	assert_false(readers.incomplete);
}

/* Each writes to the next one, and the last one to the first. */
static void a_circle_of_readers_ends(void **state)
{
	char link[32];

	(void)state;
	put_fd(100, 0, link_of(ends[1]), "00");
	for (int i = 0; i < 12; i++) {
		snprintf(link, sizeof(link), "pipe:[%d]", 1 + i);
		put_fd(100 + i, 1, link, "01");
		put_fd(100 + (i + 1) % 12, 3, link, "00");
	}
	assert_int_equal(bw_pipe_readers_find(&readers, root, ends[1]), 0);
	assert_int_equal(readers.n, 8);
	assert_true(readers.incomplete);
}

static void what_is_no_pipe_has_none(void **state)
{
	int fd = open("/dev/null", O_WRONLY);

	(void)state;
	readers.n = 7;
	assert_int_equal(bw_pipe_readers_find(&readers, root, fd), 0);
	assert_int_equal(readers.n, 0);
	close(fd);
	assert_int_equal(bw_pipe_readers_find(&readers, root, fd), -EBADF);
	assert_int_equal(bw_pipe_readers_find(&readers, root, ends[1]), -ENOENT); /* no /proc */
}

static void too_many_are_reported(void **state)
{
	(void)state;
	for (int i = 0; i <= BW_PIPE_READERS_MAX; i++)
		put_fd(100 + i, 0, link_of(ends[1]), "0");
	assert_int_equal(bw_pipe_readers_find(&readers, root, ends[1]), 0);
	assert_int_equal(readers.n, BW_PIPE_READERS_MAX);
	assert_true(readers.incomplete);
}

static pid_t start_reader(int fd)
{
	pid_t pid = fork();
	char byte;

	if (pid == 0) {
		close(ends[1]);
		_exit(read(fd, &byte, 1) == 1);
	}
	assert_true(pid > 0);
	return pid;
}

static void assert_found(int fd, pid_t reader)
{
	assert_int_equal(bw_pipe_readers_find(&readers, "", fd), 0);
	assert_in_range(readers.n, 1, BW_PIPE_READERS_MAX); /* more where stdout is a pipe */
	assert_int_equal(readers.pids[0], reader);
	assert_int_equal(write(fd, "x", 1), 1);
	waitpid(reader, NULL, 0);
}

static void real_readers_of_a_pipe_and_of_a_fifo_are_found(void **state)
{
	int fd;

	(void)state;
	assert_found(ends[1], start_reader(ends[0]));
	assert_int_equal(mkfifo(below("/fifo"), 0600), 0);
	fd = open(below("/fifo"), O_RDWR);
	assert_found(fd, start_reader(fd));
	close(fd);
}

#define PIPED(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	PIPED(those_that_have_it_open_for_reading_are_found),
	PIPED(who_reads_what_a_reader_writes_is_found),
	PIPED(a_circle_of_readers_ends),
	PIPED(what_is_no_pipe_has_none),
	PIPED(too_many_are_reported),
	PIPED(real_readers_of_a_pipe_and_of_a_fifo_are_found),
};

UNIT_MODULE("process/pipe_readers", NULL, NULL);
