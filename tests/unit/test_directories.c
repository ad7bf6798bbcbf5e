/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "enforce/directories.h"
#include "tests/unit/capture.h"
#include "tests/unit/own_mounts.h"
#include "tests/unit/root.h"
#include "tests/unit/rule_maps.h"

static int begin(void **state)
{
	make_rule_maps(state);
	return make_root(state);
}

static int end(void **state)
{
	free_rule_maps(state);
	umount2(below("/dir/mount"), MNT_DETACH);
	umount2(below("/dir/mount"), MNT_DETACH);
	return remove_root(state);
}

static void protect(const char *path)
{
	assert_int_equal(bw_directories_protect(&guard, path), 0);
}

static void only_a_directory_is_opened(void **state)
{
	int fd;

	(void)state;
	put("/dir/file", "");
	fd = bw_directories_open(below("/dir"));
	assert_true(fd >= 0 && fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	capture();
	assert_int_equal(bw_directories_open(below("/dir/file")), -ENOTDIR);
	assert_int_equal(bw_directories_open(below("/none")), -ENOENT);
	assert_non_null(strstr(captured(), "not a directory"));
}

static void a_file_with_another_link_is_protected_by_itself(void **state)
{
	(void)state;
	put("/dir/deep/linked", "");
	put("/dir/deep/single", "");
	put("/outside/other", "");
	assert_int_equal(link(below("/dir/deep/linked"), below("/outside/link")), 0);
	protect(below("/dir"));
	assert_int_equal(bw_directories_search(&guard), 0);
	assert_true(has_dir(below("/dir")));
	assert_true(has_file(below("/outside/link")));
	assert_int_equal(count_of("files"), 1);
	assert_int_equal(count_of("dirs"), 1);
}

static void a_file_with_many_links_is_learned_once(void **state)
{
	(void)state;
	put("/dir/a", "");
	assert_int_equal(link(below("/dir/a"), below("/dir/b")), 0);
	assert_int_equal(link(below("/dir/a"), below("/dir/c")), 0);
	protect(below("/dir"));
	assert_int_equal(times_learned, 1);
	assert_int_equal(bw_directories_search(&guard), 0);
	assert_int_equal(times_learned, 2);
}

static void a_symlink_in_a_directory_is_not_followed(void **state)
{
	(void)state;
	put("/outside/file", "");
	put("/dir/x", "");
	assert_int_equal(link(below("/outside/file"), below("/outside/link")), 0);
	assert_int_equal(symlink("../outside/file", below("/dir/symlink")), 0);
	assert_int_equal(link(below("/dir/symlink"), below("/dir/symlink2")), 0); /* of two links itself */
	protect(below("/dir"));
	capture();
	assert_int_equal(bw_directories_search(&guard), 0);
	assert_string_equal(captured(), "");
	assert_int_equal(count_of("files"), 0);
}

static void a_fifo_with_another_link_is_not_waited_for(void **state)
{
	(void)state;
	put("/dir/x", "");
	assert_int_equal(mkfifo(below("/dir/fifo"), 0600), 0);
	assert_int_equal(link(below("/dir/fifo"), below("/fifo")), 0);
	protect(below("/dir"));
	capture();
	assert_int_equal(bw_directories_search(&guard), 0);
	assert_non_null(strstr(captured(), "fifo")); /* no program saw it opened, and that is reported */
}

static void a_full_map_ends_the_search(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		char path[32];

		snprintf(path, sizeof(path), "/dir/%d", i);
		put(path, "");
		assert_int_equal(link(below(path), below(path + 4)), 0);
	}
	protect(below("/dir"));
	fake_map(&rule_maps, "files")->max_entries = 2;
	assert_int_equal(bw_directories_search(&guard), -E2BIG);
}

static unsigned lookups, frozen_at;

/* A directory is moved while each search goes on, up to the third; then the next is frozen. */
static void count_moves(struct fake_map *map)
{
	uint64_t *moved = (uint64_t *)(map->values + (size_t)OUTCOME_MOVED * map->value_size);

	if (++lookups <= 6)
		++*moved;
	if (!frozen_at && guard.settings.frozen)
		frozen_at = lookups;
}

static void where_a_directory_was_moved_the_search_begins_anew(void **state)
{
	const struct settings *settings = fake_value(fake_map(&rule_maps, "settings"), &(uint32_t){0});

	(void)state;
	put("/dir/x", "");
	protect(below("/dir"));
	lookups = frozen_at = 0;
	fake_map(&rule_maps, "outcomes")->looked_up = count_moves;
	guard.error = EACCES;
	assert_int_equal(bw_directories_search(&guard), 0);
	/* Two a search: three with a move; then a frozen one without; and one of what was not learned. */
	assert_int_equal(frozen_at, 7);
	assert_int_equal(lookups, 9);
	assert_int_equal(settings->frozen, 0);
}

static void move_always(struct fake_map *map)
{
	uint64_t *moved = (uint64_t *)(map->values + (size_t)OUTCOME_MOVED * map->value_size);

	++*moved;
}

static void a_directory_that_never_holds_still_is_an_error_where_the_hook_refuses(void **state)
{
	(void)state;
	put("/dir/x", "");
	protect(below("/dir"));
	fake_map(&rule_maps, "outcomes")->looked_up = move_always;
	guard.error = EACCES;
	capture();
	assert_int_equal(bw_directories_search(&guard), -EBUSY);
	assert_non_null(strstr(captured(), below("/dir")));
	protect(below("/dir"));
	guard.error = 0; /* it can only report */
	capture();
	assert_int_equal(bw_directories_search(&guard), 0);
	assert_non_null(strstr(captured(), "move all the time"));
}

static void what_was_not_learned_meanwhile_needs_larger_maps(void **state)
{
	static const uint64_t unlearned[] = {0, 1};

	(void)state;
	put("/dir/x", "");
	protect(below("/dir"));
	fake_put(fake_map(&rule_maps, "outcomes"), &(uint32_t){OUTCOME_UNLEARNED}, unlearned);
	assert_int_equal(bw_directories_search(&guard), -E2BIG);
}

static void put_mount(void)
{
	own_mounts((const char *const[]){NULL});
	put("/dir/mount/x", "");
	assert_int_equal(mount("unit", below("/dir/mount"), "tmpfs", 0, NULL), 0);
}

static void what_is_mounted_beneath_a_directory_is_protected_with_it(void **state)
{
	uint32_t dev;

	(void)state;
	put_mount();
	protect(below("/dir"));
	assert_int_equal(bw_directories_search(&guard), 0);
	dev = id_of(below("/dir/mount")).dev;
	assert_true(has_dir(below("/dir/mount")));
	assert_int_equal(count_of("dirs"), 2);
	assert_non_null(fake_value(fake_map(&rule_maps, "devices"), &dev));
}

static void what_is_hidden_by_another_mount_is_protected_too(void **state)
{
	struct file_id first;

	(void)state;
	put_mount();
	first = id_of(below("/dir/mount"));
	assert_int_equal(mount("unit", below("/dir/mount"), "tmpfs", 0, NULL), 0);
	protect(below("/dir"));
	assert_int_equal(bw_directories_search(&guard), 0);
	assert_true(has_dir(below("/dir/mount")));
	assert_non_null(fake_value(fake_map(&rule_maps, "dirs"), &first));
	assert_int_equal(count_of("dirs"), 3);
}

static void what_is_mounted_while_the_rules_hold_is_protected_by_the_update(void **state)
{
	const struct settings *settings = fake_value(fake_map(&rule_maps, "settings"), &(uint32_t){0});

	(void)state;
	put("/dir/x", "");
	protect(below("/dir"));
	assert_int_equal(bw_directories_search(&guard), 0);
	assert_int_equal(count_of("dirs"), 1);
	put_mount();
	bw_directories_update(&guard);
	assert_true(has_dir(below("/dir/mount")));
	assert_int_equal(count_of("dirs"), 2);
	assert_int_equal(settings->mode, MODE_ENFORCE);
	assert_int_equal(settings->learning, 0);
}

#define WITH_SETUP(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	WITH_SETUP(only_a_directory_is_opened),
	WITH_SETUP(a_file_with_another_link_is_protected_by_itself),
	WITH_SETUP(a_file_with_many_links_is_learned_once),
	WITH_SETUP(a_symlink_in_a_directory_is_not_followed),
	WITH_SETUP(a_fifo_with_another_link_is_not_waited_for),
	WITH_SETUP(a_full_map_ends_the_search),
	WITH_SETUP(where_a_directory_was_moved_the_search_begins_anew),
	WITH_SETUP(a_directory_that_never_holds_still_is_an_error_where_the_hook_refuses),
	WITH_SETUP(what_was_not_learned_meanwhile_needs_larger_maps),
	WITH_SETUP(what_is_mounted_beneath_a_directory_is_protected_with_it),
	WITH_SETUP(what_is_hidden_by_another_mount_is_protected_too),
	WITH_SETUP(what_is_mounted_while_the_rules_hold_is_protected_by_the_update),
};

UNIT_MODULE("enforce/directories", NULL, NULL);
