/* SPDX-License-Identifier: Apache-2.0 */
/* enforce/pin_dir, in a directory that stands for bpffs. */
#include "enforce/pin_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "tests/unit/capture.h"
#include "tests/unit/root.h"
#include "tests/unit/unit.h"

static long magic(void)
{
	struct statfs fs;

	assert_int_equal(statfs(root, &fs), 0);
	return fs.f_type;
}

static int open_base(void)
{
	int base = bw_pin_dir_open_base(root, magic(), true);

	assert_true(base >= 0);
	return base;
}

static void a_name_has_letters_digits_and_two_more(void **state)
{
	char name[BW_PIN_DIR_NAME_MAX + 2];
	static const char *const wrong[] = {"", ".", "..", "../x", "a/b", "a b", "a.b", "a\n", "\xc3\xa4", "a*"};

	(void)state;
	assert_null(bw_pin_dir_check_name("Az_09-"));
	for (size_t i = 0; i < LENGTH(wrong); i++)
		assert_non_null(bw_pin_dir_check_name(wrong[i]));
	memset(name, 'x', sizeof(name));
	name[BW_PIN_DIR_NAME_MAX] = '\0';
	assert_null(bw_pin_dir_check_name(name));
	name[BW_PIN_DIR_NAME_MAX] = 'x';
	name[BW_PIN_DIR_NAME_MAX + 1] = '\0';
	assert_non_null(bw_pin_dir_check_name(name));
}

static void another_file_system_is_refused_with_what_to_do(void **state)
{
	(void)state;
	capture();
	assert_int_equal(bw_pin_dir_open_base(root, magic() + 1, true), -ENODEV);
	assert_non_null(strstr(captured(), "mount -t bpf bpf "));
	capture();
	assert_int_equal(bw_pin_dir_open_base("/absent", magic(), true), -ENODEV);
	assert_non_null(strstr(captured(), "bpffs is not mounted"));
}

static void a_directory_is_created_where_it_is_asked_for(void **state)
{
	struct stat st;
	int base, dir;

	(void)state;
	assert_int_equal(bw_pin_dir_open_base(root, magic(), false), -ENOENT);
	base = open_base();
	assert_int_equal(bw_pin_dir_open(base, "p", false), -ENOENT);
	dir = bw_pin_dir_open(base, "p", true);
	assert_true(dir >= 0);
	assert_int_equal(fstat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	close(dir);
	dir = bw_pin_dir_open(base, "p", false);
	assert_true(dir >= 0);
	close(dir);
	close(base);
}

static void what_others_could_have_changed_is_refused(void **state)
{
	int base = open_base();

	(void)state;
	assert_int_equal(symlinkat(root, base, "link"), 0);
	assert_int_equal(mkdirat(base, "open", 0700), 0);
	assert_int_equal(fchmodat(base, "open", 0750, 0), 0);
	close(openat(base, "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	capture();
	assert_int_equal(bw_pin_dir_open(base, "link", true), -ENOTDIR);
	assert_int_equal(bw_pin_dir_open(base, "file", true), -ENOTDIR);
	assert_int_equal(bw_pin_dir_open(base, "open", true), -EPERM);
	assert_non_null(strstr(captured(), "has the mode 0750"));
	close(base);
}

static void one_process_at_a_time_has_the_lock(void **state)
{
	int base = open_base(), dir = bw_pin_dir_open(base, "p", true), other = bw_pin_dir_open(base, "p", true);

	(void)state;
	assert_false(bw_pin_dir_is_locked(other));
	assert_int_equal(bw_pin_dir_lock(base, "p", dir), 0);
	assert_true(bw_pin_dir_is_locked(other));
	assert_int_equal(bw_pin_dir_lock(base, "p", other), -EBUSY);
	close(dir);
	assert_int_equal(bw_pin_dir_lock(base, "p", other), 0);
	assert_int_equal(bw_pin_dir_remove(base, "p", NULL), 0);
	assert_int_equal(bw_pin_dir_lock(base, "p", other), -ENOENT); /* it was removed before it was locked */
	close(other);
	close(base);
}

static void all_beneath_a_directory_is_removed_and_no_symlink_followed(void **state)
{
	int base = open_base();

	(void)state;
	put("/kept/file", "x");
	put("/bccwatch/p/g1/a", "x");
	put("/bccwatch/p/g1/b", "x");
	put("/bccwatch/p/g2/c/d", "x");
	put("/bccwatch/p/info", "x");
	assert_int_equal(symlink(below("/kept"), below("/bccwatch/p/g1/link")), 0);
	assert_int_equal(bw_pin_dir_remove(base, "p", "info"), 0);
	assert_int_equal(access(below("/bccwatch/p"), F_OK), -1);
	assert_int_equal(access(below("/kept/file"), F_OK), 0);
	capture();
	assert_int_equal(bw_pin_dir_remove(base, "p", "info"), -ENOENT);
	assert_non_null(strstr(captured(), "cannot remove the directory 'p'"));
	close(base);
}

static int count(void *cookie, const char *name)
{
	unsigned *n = cookie;

	assert_true(*name != '.');
	return ++*n == 3 ? -ECANCELED : 0;
}

static void what_is_in_a_directory_is_listed(void **state)
{
	int base = open_base();
	unsigned n = 0;

	(void)state;
	put("/bccwatch/a", "x");
	put("/bccwatch/b/c", "x");
	assert_int_equal(bw_pin_dir_each(base, count, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(bw_pin_dir_each(base, count, &n), -ECANCELED); /* the next one is the third */
	close(base);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_name_has_letters_digits_and_two_more),
	IN_ROOT(another_file_system_is_refused_with_what_to_do),
	IN_ROOT(a_directory_is_created_where_it_is_asked_for),
	IN_ROOT(what_others_could_have_changed_is_refused),
	IN_ROOT(one_process_at_a_time_has_the_lock),
	IN_ROOT(all_beneath_a_directory_is_removed_and_no_symlink_followed),
	IN_ROOT(what_is_in_a_directory_is_listed),
};

UNIT_MODULE("enforce/pin_dir", NULL, NULL);
