/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/unit/unit.h"

static void a_file_that_is_larger_than_the_bound_is_refused(void **state)
{
	char path[] = "/tmp/bccwatch-unit-XXXXXX", *text = NULL;
	int fd = mkstemp(path);
	size_t len;

	(void)state;
	assert_true(fd >= 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(bw_file_write(fd, "0123456789", 10), 0);
	assert_int_equal(bw_file_read(path, 10000, &text, &len), 0);
	assert_int_equal(len, 10000);
	assert_int_equal(text[10000], '\0');
	free(text);
	assert_int_equal(bw_file_read(path, 9999, &text, &len), -EFBIG);
	assert_int_equal(bw_file_read("/nonexistent", 10, &text, &len), -ENOENT);
	assert_int_equal(bw_file_read("/", 10, &text, &len), -EISDIR);
	unlink(path);
	close(fd);
}

static void only_regular_files_are_opened(void **state)
{
	char path[] = "/tmp/bccwatch-fifo-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	close(fd);
	fd = bw_file_open_regular(path);
	assert_true(fd >= 0);
	close(fd);
	unlink(path);
	assert_int_equal(bw_file_open_regular(path), -ENOENT);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(bw_file_open_regular(path), -EINVAL);
	unlink(path);
	assert_int_equal(bw_file_open_regular("/dev/null"), -EINVAL);
	assert_int_equal(bw_file_open_regular("/tmp"), -EINVAL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_file_that_is_larger_than_the_bound_is_refused),
	cmocka_unit_test(only_regular_files_are_opened),
};

UNIT_MODULE("base/file", NULL, NULL);
