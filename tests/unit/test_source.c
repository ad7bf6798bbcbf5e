/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "build/source.h"
#include "tests/unit/capture.h"
#include "tests/unit/root.h"

static void whole_words_alone_are_replaced(void **state)
{
	struct bw_source source = {.text = strdup("FILTER PID_FILTER FILTER2 (FILTER)FILTER // FILTER")};

	(void)state;
	source.len = strlen(source.text);
	assert_int_equal(bw_source_replace(&source, "NOTHING", "x"), -ENOENT);
	assert_int_equal(bw_source_replace(&source, "FILTER", ""), 0);
	assert_string_equal(source.text, " PID_FILTER FILTER2 () // ");
	assert_int_equal(bw_source_replace(&source, "PID_FILTER", "if (pid != 1) { return 0; }"), 0);
	assert_string_equal(source.text, " if (pid != 1) { return 0; } FILTER2 () // ");
	assert_int_equal(bw_source_replace(&source, "()", "##"), 0);
	assert_int_equal(bw_source_replace(&source, "##", "####"), 0); /* what is put in is not looked at again */
	assert_string_equal(source.text, " if (pid != 1) { return 0; } FILTER2 #### // ");
	assert_int_equal(source.len, strlen(source.text));
	bw_source_free(&source);
}

static void write_file(const char *path, const char *text, size_t len)
{
	BW_FD int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(bw_file_write(fd, text, len), 0);
}

static void a_source_with_a_nul_byte_or_without_a_file_is_refused(void **state)
{
	char dir[] = "/tmp/bccwatch-unit-XXXXXX", path[64], missing[64], quoted[128];
	struct bw_source source;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a.c", dir);
	write_file(path, "int x;", 6);
	assert_int_equal(bw_source_read(&source, path, "/lib"), 0);
	assert_string_equal(source.text, "int x;");
	snprintf(quoted, sizeof(quoted), "-iquote%s", dir);
	assert_string_equal(source.flags[0], quoted);
	assert_string_equal(source.flags[1], "-iquote/lib");
	assert_int_equal(bw_source_define(&source, "A=1"), 0);
	assert_string_equal(source.flags[2], "-DA=1");
	while (source.n_flags < BW_FLAGS_MAX)
		assert_int_equal(bw_source_define(&source, "B"), 0);
	assert_int_equal(bw_source_define(&source, "C"), -E2BIG);
	bw_source_free(&source);

	write_file(path, "int\0x;", 6);
	assert_int_equal(bw_source_read(&source, path, "/lib"), -EINVAL);
	bw_source_free(&source);
	snprintf(missing, sizeof(missing), "%s/none.c", dir);
	assert_int_equal(bw_source_read(&source, missing, "/lib"), -ENOENT);
	bw_source_free(&source);
	assert_int_equal(bw_source_read(&source, dir, "/lib"), -EISDIR);
	bw_source_free(&source);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void a_byte_order_mark_becomes_spaces(void **state)
{
	struct bw_source source;

	(void)state;
	put("/a.c", "\xef\xbb\xbfint x;");
	assert_int_equal(bw_source_read(&source, below("/a.c"), "/lib"), 0);
	assert_string_equal(source.text, "   int x;");
	bw_source_free(&source);
}

static void a_source_that_is_too_large_is_refused(void **state)
{
	struct bw_source source;

	(void)state;
	put("/a.c", "");
	assert_int_equal(truncate(below("/a.c"), BW_SOURCE_MAX + 1), 0);
	capture();
	assert_int_equal(bw_source_read(&source, below("/a.c"), "/lib"), -EFBIG);
	assert_non_null(strstr(captured(), "larger than 8 MB"));
	bw_source_free(&source);
}

static void flags_are_added_and_the_last_one_is_taken_away(void **state)
{
	struct bw_source source = {0};

	(void)state;
	assert_int_equal(bw_source_add_flag(&source, "-Xclang"), 0);
	assert_int_equal(bw_source_define(&source, "A"), 0);
	bw_source_undefine(&source);
	assert_int_equal(source.n_flags, 1);
	assert_string_equal(source.flags[0], "-Xclang");
	bw_source_free(&source);
}

/* The directory of the source, without which nothing beside it would be found. */
static void headers_are_looked_for_beside_the_source_wherever_one_stands(void **state)
{
	struct bw_source source;
	char quoted[256];

	(void)state;
	put("/sub/a.c", "");
	assert_int_equal(chdir(below("/sub")), 0);
	assert_int_equal(bw_source_read(&source, "a.c", "/lib"), 0);
	assert_int_equal(chdir("/"), 0);
	snprintf(quoted, sizeof(quoted), "-iquote%s", below("/sub"));
	assert_string_equal(source.flags[0], quoted);
	assert_string_equal(source.path, "a.c");
	bw_source_free(&source);
}

static void what_is_put_in_may_not_make_the_source_too_large(void **state)
{
	char *longer = malloc(1 << 20);
	struct bw_source source = {.text = strdup("X X X X X X X X X")};

	(void)state;
	memset(longer, 'y', (1 << 20) - 1);
	longer[(1 << 20) - 1] = '\0';
	source.len = strlen(source.text);
	assert_int_equal(bw_source_replace(&source, "X", longer), -EFBIG);
	assert_string_equal(source.text, "X X X X X X X X X"); /* as it was */
	free(longer);
	bw_source_free(&source);
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(a_byte_order_mark_becomes_spaces),
	IN_ROOT(a_source_that_is_too_large_is_refused),
	cmocka_unit_test(flags_are_added_and_the_last_one_is_taken_away),
	IN_ROOT(headers_are_looked_for_beside_the_source_wherever_one_stands),
	cmocka_unit_test(what_is_put_in_may_not_make_the_source_too_large),
	cmocka_unit_test(whole_words_alone_are_replaced),
	cmocka_unit_test(a_source_with_a_nul_byte_or_without_a_file_is_refused),
};

UNIT_MODULE("build/source", NULL, NULL);
