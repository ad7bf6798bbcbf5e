/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/out.h"
#include "tests/unit/unit.h"

static void assert_digits(uint64_t number)
{
	char put[21], expected[21];

	put[bw_out_u64(put, number)] = '\0';
	snprintf(expected, sizeof(expected), "%llu", (unsigned long long)number);
	assert_string_equal(put, expected);
}

static void decimal_digits_are_those_of_printf(void **state)
{
	uint64_t power = 1;

	(void)state;
	for (uint64_t i = 0; i < 100000; i++)
		assert_digits(i);
	for (int i = 0; i < 20; i++, power *= 10) {
		assert_digits(power - 1);
		assert_digits(power);
		assert_digits(power + 1);
	}
	assert_digits(4294967295U);
	assert_digits(UINT64_MAX);
}

static void output_that_is_longer_than_the_buffer_arrives_whole(void **state)
{
	BW_FREE char *text = NULL;
	struct bw_out out;
	size_t len;
	int fd = memfd_create("out", 0);

	(void)state;
	assert_int_equal(bw_out_init(&out, fd, 16), 0);
	for (int i = 0; i < 1000; i++) {
		memcpy(bw_out_reserve(&out, 10), "123456789\n", 10);
		bw_out_commit(&out, 10);
	}
	assert_int_equal(bw_out_flush(&out), 0);
	assert_int_equal(bw_file_read_all(fd, 1 << 20, &text, &len), 0);
	assert_int_equal(len, 10000);
	bw_out_free(&out);
	close(fd);
}

static bool always(const void *cookie)
{
	(void)cookie;
	return true;
}

static void a_write_ends_when_the_reader_blocks_or_goes(void **state)
{
	struct bw_out out;
	int pipe_fds[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(pipe_fds), 0);
	assert_int_equal(bw_out_init(&out, pipe_fds[1], 1 << 20), 0);
	out.is_over = always;
	bw_out_commit(&out, 1 << 20); /* more than a pipe holds */
	memset(out.buf, '\n', 1 << 20);
	assert_int_equal(bw_out_flush(&out), -EINTR);
	assert_in_range(out.unwritten, 1, (1 << 20) - 4096);
	out.error = 0;
	close(pipe_fds[0]);
	bw_out_commit(&out, 5);
	assert_int_equal(bw_out_flush(&out), -EPIPE);
	bw_out_free(&out);
	close(pipe_fds[1]);
}

static void a_line_that_was_written_in_part_is_ended_before_the_next(void **state)
{
	static const char lines[] = "0123456\n0123456\n", next[] = "next\n";
	char path[] = "/tmp/bccwatch-unit-XXXXXX", *text;
	struct rlimit limit, all;
	struct bw_out out;
	size_t len;
	int fd = mkstemp(path);

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(bw_out_init(&out, fd, 4096), 0);
	getrlimit(RLIMIT_FSIZE, &all);
	limit = all;
	limit.rlim_cur = 10;
	setrlimit(RLIMIT_FSIZE, &limit);
	bw_out_put(&out, lines, strlen(lines));
	assert_int_equal(bw_out_flush(&out), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &all);
	assert_int_equal(out.unwritten, 1);
	out.error = 0;
	for (int i = 0; i < 2; i++) {
		bw_out_put(&out, next, strlen(next));
		assert_int_equal(bw_out_flush(&out), 0);
	}
	assert_int_equal(bw_file_read(path, 4096, &text, &len), 0);
	assert_string_equal(text, "0123456\n01\nnext\nnext\n");
	free(text);
	bw_out_free(&out);
	unlink(path);
	close(fd);
}

/* A line that is longer than the buffer is written in parts; it is torn at any byte, also between two parts. */
static void a_line_of_several_writes_that_was_torn_is_ended_before_the_next(void **state)
{
	static const char line[] = "0123456789abcdef\n", next[] = "next\n";

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	for (rlim_t end = 1; end < strlen(line); end++) {
		char path[] = "/tmp/bccwatch-unit-XXXXXX", *text, expected[64];
		struct rlimit limit, all;
		struct bw_out out;
		size_t len;
		int fd = mkstemp(path);

		assert_int_equal(bw_out_init(&out, fd, 8), 0);
		getrlimit(RLIMIT_FSIZE, &all);
		limit = all;
		limit.rlim_cur = end;
		setrlimit(RLIMIT_FSIZE, &limit);
		bw_out_put(&out, line, strlen(line));
		assert_int_equal(bw_out_flush(&out), -EFBIG);
		setrlimit(RLIMIT_FSIZE, &all);
		assert_int_equal(out.unwritten, 1);
		out.error = 0;
		for (int i = 0; i < 2; i++) {
			bw_out_put(&out, next, strlen(next));
			assert_int_equal(bw_out_flush(&out), 0);
		}
		assert_int_equal(bw_file_read(path, 4096, &text, &len), 0);
		snprintf(expected, sizeof(expected), "%.*s\nnext\nnext\n", (int)end, line);
		assert_string_equal(text, expected);
		free(text);
		bw_out_free(&out);
		unlink(path);
		close(fd);
	}
}

static void the_buffer_grows_and_keeps_what_is_in_it(void **state)
{
	char path[] = "/tmp/bccwatch-out-XXXXXX";
	BW_FREE char *text = NULL;
	BW_FD int fd = mkstemp(path);
	struct bw_out out;
	size_t len;

	(void)state;
	assert_int_equal(bw_out_init(&out, fd, 8), 0);
	bw_out_put(&out, "line\n", 5);
	assert_int_equal(bw_out_grow(&out, 4), 0);
	assert_int_equal(out.size, 8);
	assert_int_equal(bw_out_grow(&out, 64), 0);
	memset(bw_out_reserve(&out, 59), 'x', 59); /* fits behind it */
	bw_out_commit(&out, 59);
	assert_int_equal(bw_out_flush(&out), 0);
	bw_out_free(&out);
	assert_int_equal(bw_file_read(path, 100, &text, &len), 0);
	assert_int_equal(len, 64);
	assert_memory_equal(text, "line\nxxx", 8);
	unlink(path);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_buffer_grows_and_keeps_what_is_in_it),
	cmocka_unit_test(decimal_digits_are_those_of_printf),
	cmocka_unit_test(output_that_is_longer_than_the_buffer_arrives_whole),
	cmocka_unit_test(a_write_ends_when_the_reader_blocks_or_goes),
	cmocka_unit_test(a_line_that_was_written_in_part_is_ended_before_the_next),
	cmocka_unit_test(a_line_of_several_writes_that_was_torn_is_ended_before_the_next),
};

UNIT_MODULE("base/out", NULL, NULL);
