/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/walk.h"
#include "tests/unit/unit.h"

struct found {
	int files, skipped, stop_at;
};

static int on_found(void *cookie, int dir, const char *name, const struct stat *st)
{
	struct found *found = cookie;

	(void)dir;
	assert_true(strcmp(name, "file") == 0 || strcmp(name, "link") == 0 || strcmp(name, "fifo") == 0);
	assert_false(S_ISDIR(st->st_mode));
	assert_int_equal(S_ISLNK(st->st_mode), strcmp(name, "link") == 0);
	return ++found->files == found->stop_at ? -EINTR : 0;
}

static void on_not_found(void *cookie, int dir, const char *name, int error)
{
	struct found *found = cookie;

	(void)dir;
	(void)name;
	assert_true(error > 0);
	found->skipped++;
}

/* Directories of 200 bytes, so deep that no path leads there; then they are removed again. */
enum { DEEP = 400 };

static void dig(int dir, const char *name)
{
	int at = dup(dir);

	for (int i = 0; i < DEEP; i++) {
		int above = at;

		assert_int_equal(mkdirat(at, name, 0700), 0);
		at = openat(at, name, O_RDONLY | O_DIRECTORY);
		assert_true(at >= 0);
		close(above);
	}
	close(openat(at, "file", O_CREAT | O_WRONLY, 0600));
	assert_int_equal(symlinkat("/", at, "link"), 0);
	close(at);
}

static void fill_in(int dir, const char *name)
{
	int at[DEEP + 1] = {dup(dir)};

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

static void everything_beneath_a_directory_is_found_however_deep(void **state)
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

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(everything_beneath_a_directory_is_found_however_deep),
	cmocka_unit_test(a_walk_keeps_few_directories_open_and_notices_that_one_moved),
};

UNIT_MODULE("base/walk", NULL, NULL);
