/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/stderr_capture.h"
#include "tests/unit/capture.h"
#include "tests/unit/unit.h"

static void what_is_printed_meanwhile_is_kept_and_not_shown(void **state)
{
	struct bw_stderr_capture quiet;
	BW_FREE char *output = NULL;
	size_t len;

	(void)state;
	capture();
	fputs("before\n", stderr);
	bw_stderr_capture_begin(&quiet);
	fputs("by stdio\n", stderr);
	dprintf(STDERR_FILENO, "by write\n");
	errno = ENOTUNIQ;
	bw_stderr_capture_end(&quiet, &output, &len);
	assert_int_equal(errno, ENOTUNIQ);
	fputs("after\n", stderr);
	assert_string_equal(captured(), "before\nafter\n");
	assert_string_equal(output, "by stdio\nby write\n");
	assert_int_equal(len, 18);
}

static void nothing_printed_is_an_empty_text(void **state)
{
	struct bw_stderr_capture quiet;
	BW_FREE char *output = NULL;
	size_t len;

	(void)state;
	bw_stderr_capture_begin(&quiet);
	bw_stderr_capture_end(&quiet, &output, &len);
	assert_string_equal(output, "");
	assert_int_equal(len, 0);
}

static int count_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void a_capture_leaves_no_descriptor_open(void **state)
{
	int before = count_descriptors();

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct bw_stderr_capture quiet;
		BW_FREE char *output = NULL;
		size_t len;

		bw_stderr_capture_begin(&quiet);
		bw_stderr_capture_end(&quiet, &output, &len);
	}
	assert_int_equal(count_descriptors(), before);
}

/* As libbcc may have it. */
static void what_a_buffered_stderr_still_holds_is_on_the_right_side(void **state)
{
	struct bw_stderr_capture quiet;
	BW_FREE char *output = NULL;
	size_t len;

	(void)state;
	capture();
	setvbuf(stderr, NULL, _IOFBF, 4096);
	fputs("before\n", stderr);
	bw_stderr_capture_begin(&quiet);
	fputs("meanwhile\n", stderr);
	bw_stderr_capture_end(&quiet, &output, &len);
	fputs("after\n", stderr);
	assert_string_equal(captured(), "before\nafter\n");
	setvbuf(stderr, NULL, _IONBF, 0);
	assert_string_equal(output, "meanwhile\n");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_a_buffered_stderr_still_holds_is_on_the_right_side),
	cmocka_unit_test(what_is_printed_meanwhile_is_kept_and_not_shown),
	cmocka_unit_test(nothing_printed_is_an_empty_text),
	cmocka_unit_test(a_capture_leaves_no_descriptor_open),
};

UNIT_MODULE("base/stderr_capture", NULL, NULL);
