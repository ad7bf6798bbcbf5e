/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/trace_cgroups.h"
#include "tests/unit/capture.h"
#include "tests/unit/root.h"
#include "tests/unit/trace_maps.h"

static const char mounts_list[] = "40 23 0:41 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";

static const char mounts_of_version_1[] = "40 23 0:41 / /sys/fs/cgroup/unit rw - cgroup cgroup rw\n";
static const char not_mounted[] =
	"bccwatch: cannot look for the cgroups of 'a.service': no cgroup v2 hierarchy is mounted\n"
	"  try: mount -t cgroup2 none /sys/fs/cgroup; beside version 1, on another directory\n";

static struct bw_trace_cgroups cgroups;

static int begin(void **state)
{
	make_trace_maps(state);
	make_root(state);
	cgroups = (struct bw_trace_cgroups){.root = root, .kind = BW_CGROUP_UNIT, .name = "a.service"};
	put("/proc/self/mountinfo", mounts_list);
	put("/sys/fs/cgroup/system.slice/cgroup.procs", "");
	return 0;
}

static int end(void **state)
{
	bw_trace_cgroups_free(&cgroups);
	free_trace_maps(state);
	return remove_root(state);
}

static const char *unit(void)
{
	return below("/sys/fs/cgroup/system.slice/a.service");
}

static void make_unit(void)
{
	assert_int_equal(mkdir(unit(), 0755), 0);
}

static uint64_t id_of_unit(void)
{
	struct stat st;

	assert_int_equal(stat(unit(), &st), 0);
	return st.st_ino;
}

static int start(void)
{
	int r;

	assert_int_equal(bw_trace_cgroups_size(&cgroups, &trace_maps.image), 0);
	trace_load();
	capture();
	r = bw_trace_cgroups_start(&cgroups, &trace_maps.loaded);
	return r;
}

static bool has(uint64_t id)
{
	return fake_value(fake_map(&trace_maps, "cgroups"), &id) != NULL;
}

/* Does the descriptor wake the main loop? */
static bool wakes(void)
{
	struct pollfd fd = {.fd = bw_trace_cgroups_fd(&cgroups), .events = POLLIN};

	return poll(&fd, 1, 0) == 1;
}

static void a_unit_s_cgroup_stands_in_the_map(void **state)
{
	(void)state;
	make_unit();
	assert_int_equal(start(), 0);
	assert_string_equal(captured(), "");
	assert_true(has(id_of_unit()));
	assert_int_equal(trace_count("cgroups"), 1);
}

static uint32_t value_of(uint64_t id)
{
	const uint32_t *value = fake_value(fake_map(&trace_maps, "cgroups"), &id);

	return value ? *value : 0;
}

static void without_a_hierarchy_of_version_2_the_reason_is_printed(void **state)
{
	int r;

	(void)state;
	assert_int_equal(bw_trace_cgroups_check(&cgroups), 0);
	put("/proc/self/mountinfo", mounts_of_version_1);
	capture();
	r = bw_trace_cgroups_check(&cgroups);
	assert_string_equal(captured(), not_mounted);
	assert_int_equal(r, -ENOENT);
	cgroups.name = NULL;
	assert_int_equal(bw_trace_cgroups_check(&cgroups), 0);
}

static void a_cgroup_of_two_kinds_has_a_bit_of_each(void **state)
{
	struct bw_trace_cgroups other = {
		.root = cgroups.root, .kind = BW_CGROUP_PATH, .name = "/system.slice/a.service"};

	(void)state;
	make_unit();
	assert_int_equal(start(), 0);
	captured();
	assert_int_equal(bw_trace_cgroups_start(&other, &trace_maps.loaded), 0);
	assert_int_equal(value_of(id_of_unit()), 1U << BW_CGROUP_UNIT | 1U << BW_CGROUP_PATH);
	cgroups.name = "b.service"; /* the unit has another cgroup now */
	cgroups.next = 0;
	bw_trace_cgroups_update(&cgroups);
	assert_int_equal(value_of(id_of_unit()), 1U << BW_CGROUP_PATH);
	bw_trace_cgroups_free(&other);
}

static void a_unit_without_an_ending_is_a_service(void **state)
{
	(void)state;
	make_unit();
	cgroups.name = "a";
	assert_int_equal(start(), 0);
	captured();
	assert_true(has(id_of_unit()));
	bw_trace_cgroups_free(&cgroups);
	cgroups.name = "a.slice";
	assert_int_equal(bw_trace_cgroups_start(&cgroups, &trace_maps.loaded), 0);
	assert_int_equal(trace_count("cgroups"), 1); /* of before */
	assert_int_equal(cgroups.n, 0);
}

static void a_unit_that_is_restarted_is_found_at_once(void **state)
{
	uint64_t before;

	(void)state;
	make_unit();
	assert_int_equal(start(), 0);
	captured();
	before = id_of_unit();
	assert_false(wakes());
	assert_int_equal(rename(unit(), below("/old")), 0); /* so that the new one has another number */
	assert_true(wakes());
	bw_trace_cgroups_update(&cgroups);
	assert_int_equal(trace_count("cgroups"), 0);
	make_unit();
	assert_true(wakes());
	bw_trace_cgroups_update(&cgroups);
	assert_false(wakes());
	assert_true(has(id_of_unit()));
	assert_false(has(before));
	assert_int_equal(trace_count("cgroups"), 1);
}

static void a_cgroup_given_as_a_directory_is_found_again_at_once(void **state)
{
	static char directory[512];

	(void)state;
	make_unit();
	cgroups.kind = BW_CGROUP_PATH;
	snprintf(directory, sizeof(directory), "%s", unit());
	cgroups.name = directory;
	assert_int_equal(start(), 0);
	assert_string_equal(captured(), "");
	assert_int_equal(trace_count("cgroups"), 1);
	assert_int_equal(rename(unit(), below("/old")), 0);
	make_unit();
	assert_true(wakes());
	bw_trace_cgroups_update(&cgroups);
	assert_true(has(id_of_unit()));
	assert_int_equal(trace_count("cgroups"), 1);
}

static void a_unit_that_is_started_later_is_noted_and_found(void **state)
{
	(void)state;
	assert_int_equal(start(), 0);
	assert_string_equal(captured(), "The unit 'a.service' has no cgroup yet: its processes are shown as soon as it "
					"has one.\n");
	make_unit();
	assert_true(wakes());
	bw_trace_cgroups_update(&cgroups);
	assert_true(has(id_of_unit()));
}

/* Nothing else calls update where nothing happens: while there is none, time does. */
static void a_unit_that_is_missing_is_looked_for_often(void **state)
{
	(void)state;
	assert_int_equal(start(), 0);
	captured();
	for (int i = 0; i < 3; i++) {
		struct pollfd events = {.fd = bw_trace_cgroups_fd(&cgroups), .events = POLLIN};

		assert_int_equal(poll(&events, 1, 1000), 1);
		bw_trace_cgroups_update(&cgroups);
	}
}

static void a_cgroup_that_does_not_exist_is_an_error(void **state)
{
	(void)state;
	cgroups.kind = BW_CGROUP_PATH;
	assert_int_equal(start(), -ENOENT);
	assert_non_null(strstr(captured(), "cannot find the cgroup 'a.service': there is none of that path\n  cat "));
}

static void a_failed_search_is_an_error_that_is_reported_once(void **state)
{
	(void)state;
	put("/proc/self/mountinfo", mounts_of_version_1);
	assert_int_equal(start(), -ENOENT);
	assert_string_equal(captured(), not_mounted);
	capture();
	cgroups.next = 0;
	bw_trace_cgroups_update(&cgroups);
	assert_string_equal(captured(), "");
	assert_true(cgroups.next > 0);
	put("/proc/self/mountinfo", mounts_list);
	make_unit();
	cgroups.next = 0;
	bw_trace_cgroups_update(&cgroups);
	assert_true(has(id_of_unit()));
}

static void without_a_cgroup_there_is_nothing_to_do(void **state)
{
	(void)state;
	cgroups.name = NULL;
	assert_int_equal(start(), 0);
	captured();
	assert_int_equal(bw_trace_cgroups_fd(&cgroups), -1);
	bw_trace_cgroups_update(&cgroups);
	assert_int_equal(trace_count("cgroups"), 0);
}

#define WITH_MAPS(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	WITH_MAPS(a_unit_s_cgroup_stands_in_the_map),
	WITH_MAPS(without_a_hierarchy_of_version_2_the_reason_is_printed),
	WITH_MAPS(a_cgroup_of_two_kinds_has_a_bit_of_each),
	WITH_MAPS(a_unit_without_an_ending_is_a_service),
	WITH_MAPS(a_unit_that_is_restarted_is_found_at_once),
	WITH_MAPS(a_cgroup_given_as_a_directory_is_found_again_at_once),
	WITH_MAPS(a_unit_that_is_started_later_is_noted_and_found),
	WITH_MAPS(a_unit_that_is_missing_is_looked_for_often),
	WITH_MAPS(a_cgroup_that_does_not_exist_is_an_error),
	WITH_MAPS(a_failed_search_is_an_error_that_is_reported_once),
	WITH_MAPS(without_a_cgroup_there_is_nothing_to_do),
};

UNIT_MODULE("cmd/trace_cgroups", NULL, NULL);
