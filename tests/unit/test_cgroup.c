/* SPDX-License-Identifier: Apache-2.0 */
/* In a directory that stands for the cgroup file system; the numbers' paths, in the machine's own, where there is one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process/cgroup.h"
#include "tests/unit/root.h"

#define HEX "0123456789abcdef"
#define ID  HEX HEX HEX HEX

static const char mounts_list[] = "31 23 0:28 / /cg rw - tmpfs tmpfs rw,mode=755\n"
				  "32 31 0:29 / /cg/cpu rw - cgroup cgroup rw,cpu\n"
				  "40 31 0:41 /part /part rw shared:2 - cgroup2 cgroup2 rw\n"
				  "41 31 0:41 / /cg/uni\\040fied rw,relatime shared:1 master:2 - cgroup2 cgroup2 rw\n";

static struct bw_cgroups *open_fake(void)
{
	struct bw_cgroups *c = NULL;

	put("/proc/self/mountinfo", mounts_list);
	put("/cg/uni fied/cgroup.procs", "");
	put("/cg/uni fied/system.slice/cron.service/cgroup.procs", "");
	put("/cg/uni fied/system.slice/cron.service/cron.service/cgroup.procs", "");
	put("/cg/uni fied/user.slice/cron.service/cgroup.procs", "");
	put("/cg/uni fied/user.slice/cron.service.d/cgroup.procs", "");
	put("/cg/uni fied/docker/" ID "/cgroup.procs", "");
	put("/cg/uni fied/docker/" HEX HEX HEX "0000000000000000/cgroup.procs", "");
	put("/cg/uni fied/docker/libpod-conmon-" ID ".scope/cgroup.procs", "");
	put("/cg/uni fied/x (deleted)/cron.service", "a file");
	assert_int_equal(bw_cgroup_open(root, &c), 0);
	return c;
}

static uint64_t number_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(below(path), &st), 0);
	return st.st_ino;
}

static void a_machine_without_version_2_has_no_cgroups(void **state)
{
	struct bw_cgroups *c;

	(void)state;
	assert_int_equal(bw_cgroup_open(root, &c), -ENOENT);
	put("/proc/self/mountinfo", "32 31 0:29 / /cg/cpu rw - cgroup cgroup rw,cpu\n");
	assert_int_equal(bw_cgroup_open(root, &c), -ENOENT);
	put("/proc/self/mountinfo", "32 31 0:29 / /gone rw - cgroup2 cgroup2 rw,cpu\n");
	assert_int_equal(bw_cgroup_open(root, &c), -ENOENT);
	bw_cgroup_close(NULL);
}

static void a_path_has_the_number_of_its_cgroup(void **state)
{
	struct bw_cgroups *c = open_fake();
	uint64_t id = 0;

	(void)state;
	assert_int_equal(bw_cgroup_id(c, "/system.slice/cron.service", &id), 0);
	assert_int_equal(id, number_of("/cg/uni fied/system.slice/cron.service"));
	assert_int_equal(bw_cgroup_id(c, "user.slice", &id), 0);
	assert_int_equal(id, number_of("/cg/uni fied/user.slice"));
	assert_int_equal(bw_cgroup_id(c, "/", &id), 0);
	assert_int_equal(id, number_of("/cg/uni fied"));
	assert_int_equal(bw_cgroup_id(c, below("/cg/uni fied/docker"), &id), 0);
	assert_int_equal(id, number_of("/cg/uni fied/docker"));
	assert_int_equal(bw_cgroup_id(c, "/nothing", &id), -ENOENT);
	assert_int_equal(bw_cgroup_id(c, "/cgroup.procs", &id), -ENOTDIR);
	assert_int_equal(bw_cgroup_id(c, "/proc/self", &id), -EXDEV);
	bw_cgroup_close(c);
}

/* What a search found: paths in a line, in the directory's order. */
struct found {
	char paths[2048];
	size_t n, max;
};

static int note(void *cookie, const struct bw_cgroup *cgroup)
{
	struct found *f = cookie;
	size_t len = strlen(f->paths);
	char path[512];

	snprintf(path, sizeof(path), "/cg/uni fied%s", cgroup->path);
	assert_int_equal(cgroup->id, number_of(path));
	snprintf(f->paths + len, sizeof(f->paths) - len, "%s ", cgroup->path);
	return ++f->n == f->max ? -E2BIG : 0;
}

static void a_unit_is_found_wherever_its_cgroup_is(void **state)
{
	struct bw_cgroups *c = open_fake();
	struct found f = {.n = 0};

	(void)state;
	assert_int_equal(bw_cgroup_each_of_unit(c, "cron", note, &f), 0);
	assert_int_equal(f.n, 2);
	assert_non_null(strstr(f.paths, "/system.slice/cron.service "));
	assert_non_null(strstr(f.paths, "/user.slice/cron.service "));
	f = (struct found){.max = 1};
	assert_int_equal(bw_cgroup_each_of_unit(c, "cron.service", note, &f), -E2BIG);
	assert_int_equal(f.n, 1);
	f = (struct found){.n = 0};
	assert_int_equal(bw_cgroup_each_of_unit(c, "system.slice", note, &f), 0);
	assert_string_equal(f.paths, "/system.slice ");
	f = (struct found){.n = 0};
	assert_int_equal(bw_cgroup_each_of_unit(c, "cro", note, &f), 0);
	assert_int_equal(bw_cgroup_each_of_unit(c, "..", note, &f), 0);
	assert_int_equal(f.n, 0);
	bw_cgroup_close(c);
}

static void a_container_is_found_by_the_beginning_of_its_id(void **state)
{
	struct bw_cgroups *c = open_fake();
	struct found f = {.n = 0};

	(void)state;
	assert_int_equal(bw_cgroup_each_of_container(c, ID, note, &f), 0);
	assert_string_equal(f.paths, "/docker/" ID " ");
	f = (struct found){.n = 0};
	assert_int_equal(bw_cgroup_each_of_container(c, "0123456789ab", note, &f), 0);
	assert_int_equal(f.n, 2);
	f = (struct found){.n = 0};
	assert_int_equal(bw_cgroup_each_of_container(c, "123456789abc", note, &f), 0);
	assert_int_equal(bw_cgroup_each_of_container(c, "0123456789a", note, &f), -EINVAL);
	assert_int_equal(bw_cgroup_each_of_container(c, "0123456789aB", note, &f), -EINVAL);
	assert_int_equal(bw_cgroup_each_of_container(c, ID "0", note, &f), -EINVAL);
	assert_int_equal(bw_cgroup_each_of_container(c, "", note, &f), -EINVAL);
	assert_int_equal(f.n, 0);
	bw_cgroup_close(c);
}

/* Deeper than directories are opened, and of paths longer than any. */
static void a_search_ends_in_a_tree_of_any_depth(void **state)
{
	struct bw_cgroups *c = open_fake();
	struct found f = {.n = 0};
	int dir = open(below("/cg/uni fied"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[201];

	(void)state;
	memset(name, 'x', 200);
	name[200] = '\0';
	for (int i = 0; i < 300; i++) {
		int next;

		assert_int_equal(mkdirat(dir, name, 0700), 0);
		next = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(dir);
		dir = next;
		if (i == 50)
			strcpy(name, "y");
	}
	close(dir);
	assert_int_equal(bw_cgroup_each_of_unit(c, "cron", note, &f), 0);
	assert_int_equal(f.n, 2);
	bw_cgroup_close(c);
}

/* The kernel's own: by the number of its root and of what is in it. */
static int check_own(void *cookie, const struct bw_cgroup *cgroup)
{
	const struct bw_cgroup *found = bw_cgroup_find(cookie, cgroup->id);

	assert_non_null(found);
	assert_string_equal(found->path, cgroup->path);
	assert_int_equal(found->unit.len, cgroup->unit.len);
	return 0;
}

static void a_number_has_the_path_of_its_cgroup(void **state)
{
	const struct bw_cgroup *found;
	struct bw_cgroups *c = NULL;
	uint64_t id;

	(void)state;
	if (geteuid() != 0 || bw_cgroup_open("", &c) < 0) {
		printf("SKIPPED: needs root, and cgroups of version 2\n");
		skip();
	}
	assert_int_equal(bw_cgroup_id(c, "/", &id), 0);
	found = bw_cgroup_find(c, id);
	assert_non_null(found);
	assert_string_equal(found->path, "/");
	assert_null(found->unit.bytes);
	assert_ptr_equal(bw_cgroup_find(c, id), found);
	assert_null(bw_cgroup_find(c, 0));
	/* None has that number; many such do not push what is known out of memory for long. */
	for (uint64_t i = 0; i < 10000; i++)
		assert_null(bw_cgroup_find(c, UINT64_MAX - i));
	assert_string_equal(bw_cgroup_find(c, id)->path, "/");
	assert_int_equal(bw_cgroup_each_of_unit(c, "init.scope", check_own, c), 0);
	bw_cgroup_close(c);
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(a_machine_without_version_2_has_no_cgroups), IN_ROOT(a_path_has_the_number_of_its_cgroup),
	IN_ROOT(a_unit_is_found_wherever_its_cgroup_is),     IN_ROOT(a_container_is_found_by_the_beginning_of_its_id),
	IN_ROOT(a_search_ends_in_a_tree_of_any_depth),	     cmocka_unit_test(a_number_has_the_path_of_its_cgroup),
};

UNIT_MODULE("process/cgroup", NULL, NULL);
