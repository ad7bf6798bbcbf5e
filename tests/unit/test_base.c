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
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/file.h"
#include "base/out.h"
#include "base/parse.h"
#include "base/walk.h"
#include "tests/unit/unit.h"

static void assert_escaped(const char *raw, size_t len, const char *expected)
{
	char shown[256];
	size_t n = bw_escape(shown, raw, len);

	assert_true(n <= 4 * len);
	shown[n] = '\0';
	assert_string_equal(shown, expected);
}

static void escape_makes_bytes_safe(void **state)
{
	static const struct {
		const char *raw, *shown;
	} cases[] = {
		{"/etc/hosts", "/etc/hosts"},
		{"a b", "a b"},
		{"a\\nb", "a\\\\nb"},
		{"a\nb\tc\rd", "a\\nb\\tc\\rd"},
		{"\x1b[2J", "\\x1b[2J"},
		{"\x7f\x01", "\\x7f\\x01"},
		{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
		{"\xe2\x82\xac \xf0\x9f\x90\x9d", "\xe2\x82\xac \xf0\x9f\x90\x9d"},
		{"\xff\xfe", "\\xff\\xfe"},
		{"\xc3", "\\xc3"},			      /* cut off */
		{"\xc3(", "\\xc3("},			      /* no continuation */
		{"\xc0\xaf", "\\xc0\\xaf"},		      /* overlong */
		{"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},	      /* overlong */
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"},	      /* a surrogate */
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* above U+10FFFF */
		{"\xc2\x9b"
		 "2J",
		 "\\xc2\\x9b2J"},		     /* C1: the other CSI */
		{"\xe2\x80\xae", "\\xe2\\x80\\xae"}, /* right-to-left override; NOLINT(misc-misleading-bidirectional) */
		{"\xe2\x80\xa8", "\\xe2\\x80\\xa8"}, /* line separator */
		{"\xe2\x81\xa6", "\\xe2\\x81\\xa6"}, /* isolate; NOLINT(misc-misleading-bidirectional) */
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_escaped(cases[i].raw, strlen(cases[i].raw), cases[i].shown);
	assert_escaped("a\0b", 3, "a\\x00b");
	assert_escaped("", 0, "");
}

static void every_pair_of_bytes_is_escaped_safely(void **state)
{
	char raw[2], shown[8];

	(void)state;
	for (unsigned a = 0; a < 256; a++) {
		for (unsigned b = 0; b < 256; b++) {
			size_t n;

			raw[0] = (char)a;
			raw[1] = (char)b;
			n = bw_escape(shown, raw, 2);
			assert_in_range(n, 2, 8);
			for (size_t i = 0; i < n; i++)
				assert_true((unsigned char)shown[i] >= 0x20 && shown[i] != 0x7f);
		}
	}
}

static void a_message_keeps_backslash_and_tab(void **state)
{
	char shown[64];
	size_t n = bw_escape_controls(shown, "a\\b\tc\x1b\n", 7);

	(void)state;
	shown[n] = '\0';
	assert_string_equal(shown, "a\\b\tc\\x1b\\n");
}

static void a_number_is_parsed_strictly(void **state)
{
	static const char *const bad[] = {"", "-1", "+1", " 1", "1 ", "1x", "0x10", "1.5", "\n"};
	uint64_t n = 7;

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++)
		assert_int_equal(bw_parse_number(bad[i], UINT64_MAX, &n), -EINVAL);
	assert_int_equal(bw_parse_number("11", 10, &n), -ERANGE);
	assert_int_equal(bw_parse_number("9", 5, &n), -ERANGE);
	assert_int_equal(bw_parse_number("18446744073709551616", UINT64_MAX, &n), -ERANGE);
	assert_int_equal(bw_parse_number("99999999999999999999999", UINT64_MAX, &n), -ERANGE);
	assert_int_equal(n, 7);
	assert_int_equal(bw_parse_number("18446744073709551615", UINT64_MAX, &n), 0);
	assert_true(n == UINT64_MAX);
	assert_int_equal(bw_parse_number("010", 10, &n), 0);
	assert_int_equal(n, 10);
	assert_int_equal(bw_parse_number("0", 10, &n), 0);
	assert_int_equal(n, 0);
}

static void a_number_is_written_in_decimal(void **state)
{
	static const uint64_t numbers[] = {0, 9, 10, 4294967295U, UINT64_MAX};
	char put[21], expected[21];

	(void)state;
	for (size_t i = 0; i < LENGTH(numbers); i++) {
		put[bw_put_u64(put, numbers[i])] = '\0';
		snprintf(expected, sizeof(expected), "%llu", (unsigned long long)numbers[i]);
		assert_string_equal(put, expected);
	}
}

static void output_reaches_the_reader_whole(void **state)
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
	assert_int_equal(bw_read_all(fd, 1 << 20, &text, &len), 0);
	assert_int_equal(len, 10000);
	bw_out_free(&out);
	close(fd);
}

static bool always(const void *cookie)
{
	(void)cookie;
	return true;
}

static void output_ends_when_the_reader_goes_or_blocks(void **state)
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

static void a_partial_line_is_completed(void **state)
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
	assert_int_equal(bw_read_file(path, 4096, &text, &len), 0);
	assert_string_equal(text, "0123456\n01\nnext\nnext\n");
	free(text);
	bw_out_free(&out);
	unlink(path);
	close(fd);
}

static void a_file_is_read_up_to_a_limit(void **state)
{
	char path[] = "/tmp/bccwatch-unit-XXXXXX", *text = NULL;
	int fd = mkstemp(path);
	size_t len;

	(void)state;
	assert_true(fd >= 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(bw_write_all(fd, "0123456789", 10), 0);
	assert_int_equal(bw_read_file(path, 10000, &text, &len), 0);
	assert_int_equal(len, 10000);
	assert_int_equal(text[10000], '\0');
	free(text);
	assert_int_equal(bw_read_file(path, 9999, &text, &len), -EFBIG);
	assert_int_equal(bw_read_file("/nonexistent", 10, &text, &len), -ENOENT);
	assert_int_equal(bw_read_file("/", 10, &text, &len), -EISDIR);
	unlink(path);
	close(fd);
}

struct found {
	int files, skipped, stop_at;
};

static int on_found(void *cookie, int folder, const char *name, const struct stat *st)
{
	struct found *found = cookie;

	(void)folder;
	assert_true(strcmp(name, "file") == 0 || strcmp(name, "link") == 0 || strcmp(name, "fifo") == 0);
	assert_false(S_ISDIR(st->st_mode));
	assert_int_equal(S_ISLNK(st->st_mode), strcmp(name, "link") == 0);
	return ++found->files == found->stop_at ? -EINTR : 0;
}

static void on_not_found(void *cookie, int folder, const char *name, int error)
{
	struct found *found = cookie;

	(void)folder;
	(void)name;
	assert_true(error > 0);
	found->skipped++;
}

/* Folders of 200 bytes, so deep that no path leads there; then they are removed again. */
enum { DEEP = 400 };

static void dig(int folder, const char *name)
{
	int at = dup(folder);

	for (int i = 0; i < DEEP; i++) {
		BW_FD int above = at;

		assert_int_equal(mkdirat(at, name, 0700), 0);
		at = openat(at, name, O_RDONLY | O_DIRECTORY);
		assert_true(at >= 0);
	}
	close(openat(at, "file", O_CREAT | O_WRONLY, 0600));
	assert_int_equal(symlinkat("/", at, "link"), 0);
	close(at);
}

static void fill_in(int folder, const char *name)
{
	int at[DEEP + 1] = {dup(folder)};

	for (int i = 0; i < DEEP; i++)
		at[i + 1] = openat(at[i], name, O_RDONLY | O_DIRECTORY);
	unlinkat(at[DEEP], "file", 0);
	unlinkat(at[DEEP], "link", 0);
	for (int i = DEEP; i > 0; i--) {
		close(at[i]);
		unlinkat(at[i - 1], name, AT_REMOVEDIR);
	}
	close(at[0]);
}

static void all_files_beneath_a_directory_are_found(void **state)
{
	char path[] = "/tmp/bccwatch-unit-XXXXXX", name[201] = "";
	struct found found = {0};
	struct bw_walk walk = {.each = on_found, .skip = on_not_found, .cookie = &found};
	int fd;

	(void)state;
	memset(name, 'd', 200);
	assert_non_null(mkdtemp(path));
	fd = open(path, O_PATH | O_DIRECTORY);
	assert_int_equal(bw_walk(&walk, fd), 0);
	assert_int_equal(found.files, 0);
	dig(fd, name);
	dig(fd, "2nd");
	mkfifoat(fd, "fifo", 0600); /* is not opened */
	assert_int_equal(bw_walk(&walk, fd), 0);
	assert_int_equal(found.files, 5);
	assert_int_equal(found.skipped, 0);
	found = (struct found){.stop_at = 2};
	assert_int_equal(bw_walk(&walk, fd), -EINTR);
	assert_int_equal(found.files, 2);
	fill_in(fd, name);
	fill_in(fd, "2nd");
	unlinkat(fd, "fifo", 0);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(bw_walk(&walk, fd), 0); /* it is gone, but open */
	close(fd);
	fd = open("/dev/null", O_RDONLY);
	assert_int_equal(bw_walk(&walk, fd), -ENOTDIR);
	close(fd);
}

/* Deeper than directories are kept open: the lowest one holds what is found, then one on the way is moved. */
static int on_lowest(void *cookie, int dir, const char *name, const struct stat *st)
{
	(void)dir;
	(void)name;
	(void)st;
	return renameat(*(int *)cookie, "d/d", *(int *)cookie, "moved") < 0 && errno != ENOENT ? -errno : 0;
}

static void a_walk_keeps_few_directories_open_and_notices_that_one_moved(void **state)
{
	const struct rlimit few = {100, 100};
	char path[] = "/tmp/bccwatch-unit-XXXXXX";
	struct found found = {0};
	struct bw_walk walk = {.each = on_found, .skip = on_not_found, .cookie = &found};
	struct rlimit before;
	int fd, r;

	(void)state;
	assert_non_null(mkdtemp(path));
	fd = open(path, O_PATH | O_DIRECTORY);
	dig(fd, "d");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &(struct rlimit){few.rlim_cur, before.rlim_max}), 0);
	r = bw_walk(&walk, fd);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(r, 0);
	assert_int_equal(found.files, 2);
	assert_int_equal(found.skipped, 0);
	walk = (struct bw_walk){.each = on_lowest, .cookie = &fd};
	assert_int_equal(bw_walk(&walk, fd), -ESTALE);
	assert_int_equal(renameat(fd, "moved", fd, "d/d"), 0);
	fill_in(fd, "d");
	close(fd);
	assert_int_equal(rmdir(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escape_makes_bytes_safe),
		cmocka_unit_test(every_pair_of_bytes_is_escaped_safely),
		cmocka_unit_test(a_message_keeps_backslash_and_tab),
		cmocka_unit_test(a_number_is_parsed_strictly),
		cmocka_unit_test(a_number_is_written_in_decimal),
		cmocka_unit_test(output_reaches_the_reader_whole),
		cmocka_unit_test(output_ends_when_the_reader_goes_or_blocks),
		cmocka_unit_test(a_partial_line_is_completed),
		cmocka_unit_test(a_file_is_read_up_to_a_limit),
		cmocka_unit_test(all_files_beneath_a_directory_are_found),
		cmocka_unit_test(a_walk_keeps_few_directories_open_and_notices_that_one_moved),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
