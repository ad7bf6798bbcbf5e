/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "enforce/enforcement.h"
#include "tests/unit/capture.h"
#include "tests/unit/fake_bpf.h"
#include "tests/unit/root.h"

static struct bw_rules rules;
static struct bw_enforcement g;

static int begin(void **state)
{
	rules = (struct bw_rules){0};
	g = (struct bw_enforcement)BW_ENFORCEMENT_DEFAULTS;
	g.rules = &rules;
	return make_root(state);
}

static int end(void **state)
{
	bw_enforcement_free(&g);
	bw_rules_free(&rules);
	return remove_root(state);
}

static void rule(enum bw_rule_kind kind, const char *value)
{
	const char *why;

	assert_int_equal(bw_rules_add(&rules, kind, value, &why), 0);
}

/* Checks that it fails, and with this message. */
static void assert_check_fails(int error, const char *message)
{
	const char *text;

	capture();
	assert_int_equal(bw_enforcement_check(&g), error);
	text = captured();
	if (!strstr(text, message))
		fail_msg("'%s' is not in: %s", message, text);
}

static void an_excepted_program_must_be_a_file(void **state)
{
	const char *exe = below("/program");

	(void)state;
	g.exes = &exe;
	g.n_exes = 1;
	assert_check_fails(-ENOENT, "--except-exe ");
	put("/program", "");
	assert_int_equal(bw_enforcement_check(&g), 0);
	exe = root;
	assert_check_fails(-EINVAL, "not a program");
}

static void an_excepted_program_must_not_be_a_script(void **state)
{
	const char *exe = below("/script");

	(void)state;
	g.exes = &exe;
	g.n_exes = 1;
	put("/script", "#! /bin/sh -e\n");
	assert_check_fails(-EINVAL, "the kernel sees its interpreter '/bin/sh' alone");
	put("/script", "#");
	assert_int_equal(bw_enforcement_check(&g), 0);
}

static void a_directory_rule_needs_a_directory(void **state)
{
	(void)state;
	put("/file", "");
	rule(BW_RULE_DIR, below("/file"));
	assert_check_fails(-ENOTDIR, below("/file"));
	assert_int_equal(g.mounts_fd, -1);
	assert_int_equal(g.n_missing, 0);
}

static void a_path_or_directory_that_does_not_exist_is_waited_for(void **state)
{
	int fd;

	(void)state;
	rule(BW_RULE_PATH, below("/file"));
	assert_int_equal(bw_enforcement_check(&g), 0);
	assert_int_equal(g.n_missing, 0); /* its directory exists, and it has a name there */
	assert_int_equal(g.waiting_fd, -1);
	rule(BW_RULE_PATH, below("/none/file"));
	rule(BW_RULE_DIR, below("/none/x/y"));
	assert_int_equal(bw_enforcement_check(&g), 0);
	assert_int_equal(g.n_missing, 2);
	assert_true(g.mounts_fd >= 0); /* what is mounted may be what is waited for */
	fd = g.waiting_fd;
	assert_true(fd >= 0 && fcntl(fd, F_GETFD) & FD_CLOEXEC);
	bw_enforcement_free(&g);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(g.waiting_fd, -1);
}

static void mounts_are_watched_for_rules_of_directories_alone(void **state)
{
	int fd;

	(void)state;
	rule(BW_RULE_NAME, "x");
	assert_int_equal(bw_enforcement_check(&g), 0);
	assert_int_equal(g.mounts_fd, -1);
	rule(BW_RULE_DIR, root);
	assert_int_equal(bw_enforcement_check(&g), 0);
	fd = g.mounts_fd;
	assert_true(fd >= 0 && fcntl(fd, F_GETFD) & FD_CLOEXEC);
	bw_enforcement_free(&g);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(g.mounts_fd, -1);
}

static void the_limit_for_open_files_is_raised(void **state)
{
	struct rlimit limit;

	(void)state;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_cur / 2;
	setrlimit(RLIMIT_NOFILE, &limit);
	assert_int_equal(bw_enforcement_check(&g), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (geteuid() == 0)
		assert_true(limit.rlim_cur > limit.rlim_max / 2 && limit.rlim_cur >= 4096);
}

static struct bw_image_map maps[] = {
	{.name = "names", .max_entries = 1},	 {.name = "files", .max_entries = 1},
	{.name = "dirs", .max_entries = 1},	 {.name = "devices", .max_entries = 1 << 20},
	{.name = "uids", .max_entries = 1},	 {.name = "comms", .max_entries = 64},
	{.name = "unrelated", .max_entries = 1},
};
static struct bw_image image = {.maps = maps, .n_maps = LENGTH(maps)};

/* The maps that every source has, and a rule's for a name. */
static int check_maps(uint32_t key_size, uint32_t value_size)
{
	struct bw_image_map all[] = {{.name = "settings", .key_size = 4, .value_size = sizeof(struct settings)},
				     {.name = "learned", .key_size = 4, .value_size = sizeof(struct learned)},
				     {.name = "names", .key_size = key_size, .value_size = value_size}};
	const struct bw_image of_names = {.maps = all, .n_maps = LENGTH(all)};

	return bw_enforcement_check_maps(&g, &of_names);
}

static void a_map_that_the_rules_need_must_have_its_size(void **state)
{
	(void)state;
	rule(BW_RULE_NAME, "x");
	assert_int_equal(check_maps(sizeof(struct name_key), 4), 0);
	capture();
	assert_int_equal(check_maps(sizeof(struct name_key), 8), -ENOENT);
	assert_int_equal(check_maps(1, 4), -ENOENT);
	assert_non_null(strstr(captured(), "no map 'names'"));
	rule(BW_RULE_DIR, root);
	capture();
	assert_int_equal(check_maps(sizeof(struct name_key), 4), -ENOENT);
	assert_non_null(strstr(captured(), "no map 'files'"));
}

static void a_map_that_no_rule_needs_may_be_missing_or_of_another_size(void **state)
{
	(void)state;
	assert_int_equal(check_maps(1, 1), 0);
}

static void a_source_without_any_map_is_none(void **state)
{
	const struct bw_image none = {0};

	(void)state;
	capture();
	assert_int_equal(bw_enforcement_check_maps(&g, &none), -ENOENT);
	assert_non_null(strstr(captured(), "no map 'settings'"));
}

static void maps_become_as_large_as_the_rules_need_and_none_becomes_smaller(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		rule(BW_RULE_NAME, "x");
	rule(BW_RULE_PATH, "/x");
	g.n_uids = 5;
	g.n_comms = 7;
	bw_enforcement_size(&g, &image);
	assert_true(maps[0].max_entries >= 101);
	assert_true(maps[1].max_entries > 1000);  /* other links, and what is renamed */
	assert_int_equal(maps[2].max_entries, 1); /* no rule is for a directory */
	assert_int_equal(maps[3].max_entries, 1 << 20);
	assert_int_equal(maps[4].max_entries, 5);
	assert_int_equal(maps[5].max_entries, 64);
	assert_int_equal(maps[6].max_entries, 1);
	rule(BW_RULE_DIR, root);
	bw_enforcement_size(&g, &image);
	assert_true(maps[2].max_entries > 1000);
}

static void maps_that_were_too_small_grow_up_to_an_end(void **state)
{
	uint32_t before, names;
	unsigned times = 0;

	(void)state;
	rule(BW_RULE_PATH, "/x");
	bw_enforcement_size(&g, &image);
	names = maps[0].max_entries;
	before = maps[1].max_entries;
	while (bw_enforcement_grow(&g) && times < 100) {
		bw_enforcement_size(&g, &image);
		assert_true(maps[1].max_entries > before);
		before = maps[1].max_entries;
		times++;
	}
	assert_in_range(times, 3, 20);
	assert_true(maps[0].max_entries > names);
	assert_true(before > 1 << 24);
}

static void what_the_program_counted_is_added_up(void **state)
{
	static const uint64_t denied[] = {3, 4};
	struct bw_image_map outcomes[] = {{.name = "outcomes",
					   .type = BPF_MAP_TYPE_PERCPU_ARRAY,
					   .key_size = 4,
					   .value_size = 8,
					   .max_entries = OUTCOMES}};
	struct fake f;

	(void)state;
	fake_load(&f, outcomes, 1, 2);
	fake_put(fake_map(&f, "outcomes"), &(uint32_t){OUTCOME_DENIED}, denied);
	assert_int_equal(bw_enforcement_count(&f.loaded, OUTCOME_DENIED), 7);
	assert_int_equal(bw_enforcement_count(&f.loaded, OUTCOME_FAILED), 0);
	fake_unload(&f);
}

#define WITH_SETUP(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	WITH_SETUP(an_excepted_program_must_be_a_file),
	WITH_SETUP(an_excepted_program_must_not_be_a_script),
	WITH_SETUP(a_directory_rule_needs_a_directory),
	WITH_SETUP(a_path_or_directory_that_does_not_exist_is_waited_for),
	WITH_SETUP(mounts_are_watched_for_rules_of_directories_alone),
	WITH_SETUP(the_limit_for_open_files_is_raised),
	WITH_SETUP(a_map_that_the_rules_need_must_have_its_size),
	WITH_SETUP(a_map_that_no_rule_needs_may_be_missing_or_of_another_size),
	WITH_SETUP(a_source_without_any_map_is_none),
	WITH_SETUP(maps_become_as_large_as_the_rules_need_and_none_becomes_smaller),
	WITH_SETUP(maps_that_were_too_small_grow_up_to_an_end),
	WITH_SETUP(what_the_program_counted_is_added_up),
};

UNIT_MODULE("enforce/enforcement", NULL, NULL);
