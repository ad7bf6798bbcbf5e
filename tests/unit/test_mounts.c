/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process/mounts.h"
#include "tests/unit/root.h"

static void the_list_of_mounts_is_read_with_its_escapes(void **state)
{
	struct bw_mounts m;

	(void)state;
	assert_int_equal(bw_mounts_read(root, &m), -ENOENT);
	bw_mounts_free(&m);
	put("/proc/self/mountinfo", "32 22 0:27 / /last rw - x x rw\n"
				    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
				    "short line\n"
				    "33 22 0:28 root /none rw\n"
				    "31 22 0:26 /a /mnt/a\\040b\\134c\\9 rw - tmpfs tmpfs rw");
	assert_int_equal(bw_mounts_read(root, &m), 0);
	assert_int_equal(m.n, 3);
	assert_string_equal(m.mounts[0].point, "/");
	assert_string_equal(m.mounts[0].type, "ext4");
	assert_string_equal(m.mounts[1].type, "tmpfs");
	assert_true(bw_mounts_is_whole(&m.mounts[0]));
	assert_int_equal(m.mounts[1].id, 31);
	assert_int_equal(m.mounts[1].minor, 26);
	assert_string_equal(m.mounts[1].point, "/mnt/a b\\c\\9");
	assert_string_equal(m.mounts[1].root, "/a");
	assert_false(bw_mounts_is_whole(&m.mounts[1]));
	assert_ptr_equal(bw_mounts_find(&m, 32), &m.mounts[2]);
	assert_null(bw_mounts_find(&m, 33));
	bw_mounts_free(&m);
}

static char *path_in(struct bw_mounts *m, int in, const char *path, int other)
{
	static char shown[64];
	char *there = bw_mounts_path_in(bw_mounts_find(m, in), path, bw_mounts_find(m, other));

	snprintf(shown, sizeof(shown), "%s", there ? there : "-");
	free(there);
	return shown;
}

static void a_file_has_a_path_by_each_mount_that_shows_it(void **state)
{
	static const char list[] = "1 0 8:1 / / rw - ext4\n"
				   "2 1 8:1 /etc /mnt/etc rw - ext4\n"
				   "3 1 8:2 / /srv rw - ext4\n"
				   "4 1 8:2 /a/file /mnt/file rw - ext4\n";
	struct bw_mounts m;

	(void)state;
	assert_int_equal(bw_mounts_parse(strdup(list), &m), 0);
	assert_string_equal(path_in(&m, 1, "/etc/passwd", 2), "/mnt/etc/passwd");
	assert_string_equal(path_in(&m, 2, "/mnt/etc/passwd", 1), "/etc/passwd");
	assert_string_equal(path_in(&m, 2, "/mnt/etc", 1), "/etc");
	assert_string_equal(path_in(&m, 1, "/etcetera", 2), "-");
	assert_string_equal(path_in(&m, 1, "/etc/passwd", 3), "-");
	assert_string_equal(path_in(&m, 4, "/mnt/file", 3), "/srv/a/file");
	assert_string_equal(path_in(&m, 3, "/srv/a/file", 4), "/mnt/file");
	assert_string_equal(path_in(&m, 3, "/srv/a/file2", 4), "-");
	assert_string_equal(path_in(&m, 1, "/", 1), "/");
	bw_mounts_free(&m);
}

/* The points of those that are beneath `path` in the mount `id`, in a line. */
static const char *beneath(int id, const char *path)
{
	static const char list[] = "1 0 8:1 / / rw - ext4\n"
				   "2 1 8:2 / /mnt rw - ext4\n"
				   "3 2 0:3 / /mnt/g/m rw - tmpfs\n"	  /* beneath /mnt/g */
				   "4 3 0:4 / /mnt/g/m/deep rw - tmpfs\n" /* on what is */
				   "5 2 0:5 / /mnt/good rw - tmpfs\n"
				   "6 1 8:2 /g/sub /bound rw - ext4\n" /* a bind mount of /mnt/g/sub */
				   "7 6 0:7 / /bound/m rw - tmpfs\n"
				   "8 1 8:2 /other /else rw - ext4\n"
				   "9 8 0:9 / /else/g rw - tmpfs\n"
				   "10 3 0:10 / /mnt/g/m rw - tmpfs\n" /* hides 3 */
				   "11 1 8:3 / /mnt/g/m/deep/x rw - ext4\n";
	static char points[512];
	struct bw_mounts m;
	size_t n = 0;

	assert_int_equal(bw_mounts_parse(strdup(list), &m), 0);
	bw_mounts_mark(&m, id, path);
	points[0] = '\0';
	for (size_t i = 0; i < m.n; i++)
		if (m.mounts[i].beneath)
			n += (size_t)snprintf(points + n, sizeof(points) - n, "%d ", m.mounts[i].id);
	bw_mounts_free(&m);
	return points;
}

static void the_mounts_beneath_a_directory_are_marked(void **state)
{
	(void)state;
	assert_string_equal(beneath(2, "/mnt/g"), "3 4 7 10 ");
	assert_string_equal(beneath(6, "/bound"), "7 ");
	assert_string_equal(beneath(2, "/mnt/g/m"), "3 4 10 ");
	assert_string_equal(beneath(3, "/mnt/g/m"), "4 10 ");
	assert_string_equal(beneath(8, "/else"), "9 ");
	assert_string_equal(beneath(2, "/mnt"), "3 4 5 7 9 10 ");
	assert_string_equal(beneath(1, "/"), "2 3 4 5 6 7 8 9 10 11 ");
	assert_string_equal(beneath(12, "/mnt/g"), "");
	assert_string_equal(beneath(2, "/nowhere"), "");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_file_has_a_path_by_each_mount_that_shows_it),
	IN_ROOT(the_list_of_mounts_is_read_with_its_escapes),
	cmocka_unit_test(the_mounts_beneath_a_directory_are_marked),
};

UNIT_MODULE("process/mounts", NULL, NULL);
