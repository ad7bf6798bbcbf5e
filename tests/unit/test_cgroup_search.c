/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "process/cgroup_search.h"
#include "tests/unit/root.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct bw_cgroup_search_found *found;
static size_t n;

static int begin(void **state)
{
	int r = make_root(state);

	found = NULL;
	n = 0;
	put("/proc/self/mountinfo", "40 23 0:41 / /cg rw - cgroup2 cgroup2 rw\n");
	put("/cg/cgroup.procs", "");
	put("/cg/system.slice/a.service/cgroup.procs", "");
	put("/cg/user.slice/a.service/cgroup.procs", "");
	put("/cg/docker/" ID "/cgroup.procs", "");
	return r;
}

static int end(void **state)
{
	bw_cgroup_search_free(found, n);
	return remove_root(state);
}

static int search(enum bw_cgroup_search_kind kind, const char *name)
{
	bw_cgroup_search_free(found, n);
	found = (void *)1; /* is set in any case */
	n = 99;
	return bw_cgroup_search(root, kind, name, &found, &n);
}

static bool has(const char *path)
{
	struct stat st;

	assert_int_equal(stat(below(path), &st), 0);
	for (size_t i = 0; i < n; i++)
		if (strcmp(found[i].path, below(path)) == 0)
			return found[i].id == st.st_ino;
	return false;
}

static void all_cgroups_of_a_unit_are_found(void **state)
{
	(void)state;
	assert_int_equal(search(BW_CGROUP_UNIT, "a"), 0);
	assert_int_equal(n, 2);
	assert_true(has("/cg/system.slice/a.service"));
	assert_true(has("/cg/user.slice/a.service"));
	assert_int_equal(search(BW_CGROUP_UNIT, "user.slice"), 0);
	assert_int_equal(n, 1);
	assert_true(has("/cg/user.slice"));
}

static void a_container_is_found(void **state)
{
	(void)state;
	assert_int_equal(search(BW_CGROUP_CONTAINER, "0123456789ab"), 0);
	assert_int_equal(n, 1);
	assert_true(has("/cg/docker/" ID));
}

/* The paths that are found are those of directories, however the path was given. */
static void a_path_is_one_below_the_mount_or_a_directory(void **state)
{
	char slice[512], mount[512], mount_slash[512];
	const char *const paths[] = {"/user.slice", "user.slice", "//user.slice", slice};
	const char *const whole[] = {"/", mount, mount_slash};

	(void)state;
	snprintf(mount, sizeof(mount), "%s/cg", root);
	snprintf(mount_slash, sizeof(mount_slash), "%s/cg/", root);
	snprintf(slice, sizeof(slice), "%s/cg/user.slice", root);
	for (size_t i = 0; i < LENGTH(paths); i++) {
		assert_int_equal(search(BW_CGROUP_PATH, paths[i]), 0);
		assert_int_equal(n, 1);
		assert_true(has("/cg/user.slice"));
	}
	for (size_t i = 0; i < LENGTH(whole); i++) {
		assert_int_equal(search(BW_CGROUP_PATH, whole[i]), 0);
		assert_int_equal(n, 1);
		assert_string_equal(found->path, mount_slash);
	}
}

static void a_name_that_no_cgroup_has_is_no_error(void **state)
{
	(void)state;
	assert_int_equal(search(BW_CGROUP_UNIT, "b"), 0);
	assert_int_equal(n, 0);
	assert_null(found);
	assert_int_equal(search(BW_CGROUP_CONTAINER, "ffffffffffff"), 0);
	assert_int_equal(n, 0);
	assert_int_equal(search(BW_CGROUP_PATH, "/b"), 0);
	assert_int_equal(n, 0);
	assert_null(found);
}

static void what_cannot_be_searched_is_an_error_and_finds_nothing(void **state)
{
	(void)state;
	assert_int_equal(search(BW_CGROUP_CONTAINER, "a"), -EINVAL);
	assert_int_equal(n, 0);
	assert_null(found);
	assert_int_equal(search(BW_CGROUP_PATH, "/cgroup.procs"), -ENOTDIR);
	assert_null(found);
	put("/proc/self/mountinfo", "");
	assert_int_equal(search(BW_CGROUP_UNIT, "a"), -ENOENT);
	assert_int_equal(n, 0);
	assert_null(found);
}

#define WITH_CGROUPS(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	WITH_CGROUPS(all_cgroups_of_a_unit_are_found),
	WITH_CGROUPS(a_container_is_found),
	WITH_CGROUPS(a_path_is_one_below_the_mount_or_a_directory),
	WITH_CGROUPS(a_name_that_no_cgroup_has_is_no_error),
	WITH_CGROUPS(what_cannot_be_searched_is_an_error_and_finds_nothing),
};

UNIT_MODULE("process/cgroup_search", NULL, NULL);
