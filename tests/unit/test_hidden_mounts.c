/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process/hidden_mounts.h"
#include "process/mounts.h"
#include "tests/unit/own_mounts.h"
#include "tests/unit/root.h"

/* /dir/m has a mount with a directory "first", hidden by one with a directory "second". */
static int begin(void **state)
{
	make_root(state);
	put("/dir/m/x", "");
	return 0;
}

static void mount_both(void)
{
	own_mounts((const char *const[]){NULL});
	assert_int_equal(mount("unit", below("/dir/m"), "tmpfs", 0, NULL), 0);
	assert_int_equal(mkdir(below("/dir/m/first"), 0700), 0);
	assert_int_equal(mount("unit", below("/dir/m"), "tmpfs", 0, NULL), 0);
	assert_int_equal(mkdir(below("/dir/m/second"), 0700), 0);
}

static int end(void **state)
{
	umount2(below("/dir/m"), MNT_DETACH);
	umount2(below("/dir/m"), MNT_DETACH);
	return remove_root(state);
}

struct found {
	unsigned n, firsts;
	int result;
	bool whole;
};

static int on_found(void *cookie, int fd, const char *point, bool whole)
{
	struct found *found = cookie;
	struct stat st;

	assert_string_equal(point, below("/dir/m"));
	found->n++;
	found->firsts += fstatat(fd, "first", &st, 0) == 0;
	found->whole = whole;
	close(fd);
	return found->result;
}

static int find(struct found *found)
{
	int fd = open(below("/dir"), O_PATH | O_DIRECTORY | O_CLOEXEC), r;
	const struct bw_hidden_mounts_dir place = {fd, below("/dir"), bw_mounts_id_of(fd)};

	r = bw_hidden_mounts_each(&place, 1, on_found, found);
	close(fd);
	return r;
}

static void a_mount_that_another_one_hides_is_found(void **state)
{
	struct found found = {0};
	struct stat st;

	(void)state;
	mount_both();
	assert_int_equal(find(&found), 0);
	assert_int_equal(found.n, 1);
	assert_int_equal(found.firsts, 1);
	assert_true(found.whole);
	assert_int_equal(stat(below("/dir/m/second"), &st), 0); /* nothing was unmounted for others */
}

static void where_no_mount_is_hidden_none_is_found(void **state)
{
	struct found found = {0};

	(void)state;
	own_mounts((const char *const[]){NULL});
	assert_int_equal(mount("unit", below("/dir/m"), "tmpfs", 0, NULL), 0);
	assert_int_equal(find(&found), 0);
	assert_int_equal(found.n, 0);
}

static void what_the_caller_returns_ends_the_search(void **state)
{
	struct found found = {.result = -E2BIG};

	(void)state;
	mount_both();
	assert_int_equal(find(&found), -E2BIG);
	assert_int_equal(found.n, 1);
}

static void a_mount_point_is_opened_if_it_has_that_mount(void **state)
{
	int fd, id;

	(void)state;
	mount_both();
	fd = open(below("/dir/m"), O_PATH | O_CLOEXEC);
	id = bw_mounts_id_of(fd);
	close(fd);
	fd = bw_hidden_mounts_open(below("/dir/m"), id);
	assert_true(fd >= 0);
	assert_int_equal(bw_mounts_id_of(fd), id);
	close(fd);
	assert_int_equal(bw_hidden_mounts_open(below("/dir/m"), id + 1), -ESTALE);
	assert_int_equal(bw_hidden_mounts_open(below("/dir"), id), -ESTALE);
	assert_int_equal(bw_hidden_mounts_open(below("/none"), id), -ENOENT);
	assert_int_equal(symlink("dir", below("/link")), 0);
	assert_int_equal(bw_hidden_mounts_open(below("/link/m"), id), -ELOOP);
}

#define MOUNTED(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	MOUNTED(a_mount_that_another_one_hides_is_found),
	MOUNTED(where_no_mount_is_hidden_none_is_found),
	MOUNTED(what_the_caller_returns_ends_the_search),
	MOUNTED(a_mount_point_is_opened_if_it_has_that_mount),
};

UNIT_MODULE("process/hidden_mounts", NULL, NULL);
