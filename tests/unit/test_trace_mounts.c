/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "cmd/trace_mounts.h"
#include "tests/unit/capture.h"
#include "tests/unit/own_mounts.h"
#include "tests/unit/root.h"

/* Mounted: /dir, where /dir was before with a mount at sub; beneath it sub and sub/deep; beside it /dirs. */
static int begin(void **state)
{
	make_root(state);
	return 0;
}

static void mount_at(const char *path)
{
	char file[256];

	snprintf(file, sizeof(file), "%s/file", path);
	put(file, "");
	assert_int_equal(mount("unit", below(path), "tmpfs", 0, NULL), 0);
}

static void mount_all(void)
{
	own_mounts((const char *const[]){NULL});
	mount_at("/dir/sub");
	mount_at("/dir");
	mount_at("/dir/sub");
	mount_at("/dir/sub/deep");
	mount_at("/dirs");
}

static int end(void **state)
{
	umount2(below("/dir"), MNT_DETACH);
	umount2(below("/dir/sub"), MNT_DETACH);
	umount2(below("/dirs"), MNT_DETACH);
	return remove_root(state);
}

struct seen {
	char points[4096];
	int result;
};

static int see(void *cookie, const char *point)
{
	struct seen *seen = cookie;
	size_t len = strlen(seen->points), outside = strlen(below(""));

	snprintf(seen->points + len, sizeof(seen->points) - len, "%s ", point + outside);
	return seen->result;
}

static struct seen watch_with(int result, const char *path)
{
	struct seen seen = {.result = result};
	struct bw_trace_mounts mounts = {0};
	char *paths[] = {(char *)below(path)};

	assert_int_equal(bw_trace_mounts_watch(&mounts, paths, 1, see, &seen), result == -EINTR ? -EINTR : 0);
	bw_trace_mounts_close(&mounts);
	return seen;
}

static void what_is_mounted_beneath_a_path_is_watched(void **state)
{
	(void)state;
	mount_all();
	assert_string_equal(watch_with(0, "/dir").points, "/dir/sub /dir/sub/deep ");
	assert_string_equal(watch_with(0, "/dir/sub").points, "/dir/sub/deep ");
	assert_string_equal(watch_with(0, "/dirs").points, "");
}

static void what_cannot_be_watched_is_a_note(void **state)
{
	(void)state;
	mount_all();
	capture();
	assert_string_equal(watch_with(-EACCES, "/dir").points, "/dir/sub /dir/sub/deep ");
	assert_non_null(strstr(captured(), "sub/deep: Permission denied"));
}

static void nothing_is_watched_after_a_signal_or_without_a_process_that_opens(void **state)
{
	(void)state;
	mount_all();
	assert_string_equal(watch_with(-EINTR, "/dir").points, "/dir/sub ");
	capture();
	assert_string_equal(watch_with(-EIO, "/dir").points, "/dir/sub ");
	assert_non_null(strstr(captured(), "nor are other mounts"));
}

static void what_is_watched_or_mounted_elsewhere_is_no_change(void **state)
{
	struct bw_trace_mounts mounts = {0};
	struct seen first = {0}, later = {0}, again = {0};
	char path[256], *paths[] = {path};

	(void)state;
	mount_all();
	snprintf(path, sizeof(path), "%s", below("/dir"));
	assert_int_equal(bw_trace_mounts_open(&mounts), 0);
	assert_false(bw_trace_mounts_changed(&mounts, paths, 1));
	assert_int_equal(bw_trace_mounts_watch(&mounts, paths, 1, see, &first), 0);
	assert_string_equal(first.points, "/dir/sub /dir/sub/deep ");
	mount_at("/dirs/elsewhere");
	assert_false(bw_trace_mounts_changed(&mounts, paths, 1));
	mount_at("/dir/later");
	assert_true(bw_trace_mounts_changed(&mounts, paths, 1));
	assert_int_equal(bw_trace_mounts_watch(&mounts, paths, 1, see, &later), 0);
	assert_string_equal(later.points, "/dir/later ");
	assert_int_equal(umount(below("/dir/later")), 0);
	assert_false(bw_trace_mounts_changed(&mounts, paths, 1));
	mount_at("/dir/later");
	assert_true(bw_trace_mounts_changed(&mounts, paths, 1));
	assert_int_equal(bw_trace_mounts_watch(&mounts, paths, 1, see, &again), 0);
	assert_string_equal(again.points, "/dir/later ");
	bw_trace_mounts_close(&mounts);
	assert_false(bw_trace_mounts_changed(&mounts, paths, 1));
}

#define MOUNTED(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	MOUNTED(what_is_mounted_beneath_a_path_is_watched),
	MOUNTED(what_cannot_be_watched_is_a_note),
	MOUNTED(nothing_is_watched_after_a_signal_or_without_a_process_that_opens),
	MOUNTED(what_is_watched_or_mounted_elsewhere_is_no_change),
};

UNIT_MODULE("cmd/trace_mounts", NULL, NULL);
