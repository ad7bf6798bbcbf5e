/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "enforce/identity.h"
#include "enforce/learned_files.h"
#include "tests/unit/capture.h"
#include "tests/unit/root.h"
#include "tests/unit/rule_maps.h"

/* The program that goes; `guard` is the one that takes over. */
static struct fake old_maps;
static struct bw_enforcement old;

static int begin(void **state)
{
	make_rule_maps(state);
	fake_load(&old_maps, rule_maps.image.maps, rule_maps.image.n_maps, 2);
	old = (struct bw_enforcement){
		.mounts_fd = -1, .waiting_fd = -1, .access = bw_access_default, .loaded = &old_maps.loaded};
	return make_root(state);
}

static int end(void **state)
{
	bw_enforcement_free(&old);
	fake_unload(&old_maps);
	free_rule_maps(state);
	return remove_root(state);
}

static struct file_id has_learned(const char *map, uint64_t ino, uint64_t inode)
{
	const struct file_id id = {.ino = ino, .dev = 8};
	const struct protection entry = {.inode = inode, .access = ACCESS_READ};

	fake_put(fake_map(&old_maps, map), &id, &entry);
	return id;
}

static const struct protection *copied(const char *map, const struct file_id *id)
{
	return fake_value(fake_map(&rule_maps, map), id);
}

static void what_was_learned_is_copied_as_it_is(void **state)
{
	struct file_id file = has_learned("files", 1, 0xffff100), dir = has_learned("dirs", 2, PROTECTION_EVICTED);

	(void)state;
	assert_int_equal(bw_learned_files_copy(&guard, &old, UINT32_MAX), 0);
	assert_int_equal(copied("files", &file)->inode, 0xffff100);
	assert_int_equal(copied("files", &file)->access, ACCESS_READ);
	assert_int_equal(copied("dirs", &dir)->inode, PROTECTION_EVICTED);
	assert_non_null(fake_value(fake_map(&rule_maps, "devices"), &dir.dev));
	assert_int_equal(count_of("files") + count_of("dirs"), 2);
}

static void what_the_new_program_knows_better_stays(void **state)
{
	struct file_id id = has_learned("files", 1, 0xffff100);
	const struct protection known = {.inode = PROTECTION_STAYS, .access = ACCESS_ANY};

	(void)state;
	fake_put(fake_map(&rule_maps, "files"), &id, &known);
	assert_int_equal(bw_learned_files_copy(&guard, &old, UINT32_MAX), 0);
	assert_memory_equal(copied("files", &id), &known, sizeof(known));
}

/* The old program's descriptor is closed: from then on it is the inode that decides how long the entry stays. */
static void what_the_old_program_held_ends_with_its_file(void **state)
{
	struct learned held = {0};
	struct file_id id;

	(void)state;
	put("/file", "");
	old.loaded = &rule_maps.loaded; /* which learns */
	assert_int_equal(bw_identity_hold(&old, bw_identity_open(below("/file")), &held), 0);
	old.loaded = &old_maps.loaded;
	id = held.file;
	assert_int_equal(bw_identity_protect(&old, "files", &held, true, ACCESS_ANY), 0);
	assert_int_equal(bw_learned_files_copy(&guard, &old, UINT32_MAX), 0);
	assert_int_equal(copied("files", &id)->inode, held.inode);
}

static void what_was_learned_counts_for_its_owner(void **state)
{
	const struct file_id id = {.ino = 1, .dev = 8};
	const struct protection entry = {.inode = 1, .access = ACCESS_READ, .owner = 1000 + 1};
	const uint32_t user = 1000;

	(void)state;
	fake_put(fake_map(&old_maps, "files"), &id, &entry);
	assert_int_equal(bw_learned_files_copy(&guard, &old, UINT32_MAX), 0);
	assert_int_equal(copied("files", &id)->owner, 1000 + 1);
	assert_int_equal(*(const uint64_t *)fake_value(fake_map(&rule_maps, "shares"), &user), 1);
}

static void a_full_map_is_passed_on(void **state)
{
	(void)state;
	has_learned("files", 1, 1);
	has_learned("files", 2, 2);
	fake_map(&rule_maps, "files")->max_entries = 1;
	capture();
	assert_int_equal(bw_learned_files_copy(&guard, &old, UINT32_MAX), -E2BIG);
	assert_string_equal(captured(), "");
}

#define WITH_SETUP(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	WITH_SETUP(what_was_learned_is_copied_as_it_is),
	WITH_SETUP(what_the_new_program_knows_better_stays),
	WITH_SETUP(what_the_old_program_held_ends_with_its_file),
	WITH_SETUP(what_was_learned_counts_for_its_owner),
	WITH_SETUP(a_full_map_is_passed_on),
};

UNIT_MODULE("enforce/learned_files", NULL, NULL);
