/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cache_dir.h"
#include "tests/unit/own_mounts.h"
#include "tests/unit/unit.h"

/* Nobody's cache is touched. */
static void begin(void **state)
{
	(void)state;
	own_mounts((const char *const[]){"/var/cache", NULL});
}

static void assert_refused(const char *name)
{
	assert_int_equal(bw_cache_dir_open(name), -EPERM);
}

static void the_directories_are_made_for_this_user_alone(void **state)
{
	struct stat st;
	int fd;

	begin(state);
	fd = bw_cache_dir_open("images");
	assert_true(fd >= 0);
	assert_int_equal(stat(BW_CACHE_DIR_PATH, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(BW_CACHE_DIR_PATH "/images", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	fd = bw_cache_dir_open("."); /* also those that are there */
	assert_true(fd >= 0);
	close(fd);
}

static void a_directory_that_others_could_write_is_refused(void **state)
{
	begin(state);
	close(bw_cache_dir_open("images"));
	assert_int_equal(chmod(BW_CACHE_DIR_PATH "/images", 0710), 0);
	assert_refused("images");
	assert_int_equal(chmod(BW_CACHE_DIR_PATH "/images", 0700), 0);
	assert_int_equal(chmod(BW_CACHE_DIR_PATH, 0707), 0);
	assert_refused("images");
}

static void a_directory_of_another_user_is_refused(void **state)
{
	begin(state);
	close(bw_cache_dir_open("images"));
	if (chown(BW_CACHE_DIR_PATH "/images", 1, 1) < 0)
		skip(); /* the user namespace has no other user */
	assert_refused("images");
}

static void a_link_to_a_directory_is_refused(void **state)
{
	begin(state);
	close(bw_cache_dir_open("images"));
	assert_int_equal(symlink("images", BW_CACHE_DIR_PATH "/link"), 0);
	assert_int_equal(bw_cache_dir_open("link"), -ENOTDIR);
	close(open(BW_CACHE_DIR_PATH "/file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	assert_int_equal(bw_cache_dir_open("file"), -ENOTDIR);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_directories_are_made_for_this_user_alone),
	cmocka_unit_test(a_directory_that_others_could_write_is_refused),
	cmocka_unit_test(a_directory_of_another_user_is_refused),
	cmocka_unit_test(a_link_to_a_directory_is_refused),
};

UNIT_MODULE("base/cache_dir", NULL, NULL);
