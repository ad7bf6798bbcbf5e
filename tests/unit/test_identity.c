/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "enforce/identity.h"
#include "tests/unit/capture.h"
#include "tests/unit/root.h"
#include "tests/unit/rule_maps.h"

static struct learned learned;

static int begin(void **state)
{
	learned = (struct learned){0};
	make_rule_maps(state);
	return make_root(state);
}

static int end(void **state)
{
	free_rule_maps(state);
	return remove_root(state);
}

static void what_the_program_learned_of_a_file_is_read(void **state)
{
	struct file_id id;

	(void)state;
	put("/file", "");
	assert_int_equal(bw_identity_hold(&guard, bw_identity_open(below("/file")), &learned), 0);
	id = id_of(below("/file"));
	assert_memory_equal(&learned.file, &id, sizeof(id));
	assert_int_equal(learned.process, 77);
	assert_int_equal(guard.n_held, 1);
}

static void a_file_that_is_held_stays_open_until_the_end(void **state)
{
	int fd;

	(void)state;
	put("/file", "");
	fd = bw_identity_open(below("/file"));
	assert_int_equal(bw_identity_hold(&guard, fd, &learned), 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	bw_identity_free(&guard);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(guard.n_held, 0);
}

static char name_then[16];

static void note_name(struct fake_map *map)
{
	(void)map;
	prctl(PR_GET_NAME, name_then);
}

/* The name of this process is what the program knows it by; it has it for the opening alone. */
static void the_process_takes_its_own_name_again(void **state)
{
	char name[16];

	(void)state;
	put("/file", "");
	strcpy(guard.settings.own_comm, "0123456789abcde");
	fake_map(&rule_maps, "learned")->looked_up = note_name;
	assert_int_equal(bw_identity_hold(&guard, bw_identity_open(below("/file")), &learned),
			 -EIO); /* it was not seen */
	prctl(PR_GET_NAME, name);
	assert_string_equal(name, "unit");
	assert_string_equal(name_then, "unit");
}

static void a_file_that_is_not_there_is_no_descriptor(void **state)
{
	(void)state;
	assert_int_equal(bw_identity_open(below("/none")), -ENOENT);
}

static void a_device_is_not_opened_by_a_hook_that_refuses_nothing(void **state)
{
	(void)state;
	assert_int_equal(bw_identity_hold(&guard, bw_identity_open("/dev/null"), &learned), -EOPNOTSUPP);
	guard.denies = true;
	assert_int_equal(bw_identity_hold(&guard, bw_identity_open("/dev/null"), &learned), 0);
}

static const struct protection *guarded_file(const char *path)
{
	struct file_id id = id_of(path);

	return fake_value(fake_map(&rule_maps, "files"), &id);
}

static void a_file_is_protected_by_its_address_or_for_good_if_it_is_held(void **state)
{
	(void)state;
	put("/a", "");
	put("/b", "");
	assert_int_equal(bw_identity_hold(&guard, bw_identity_open(below("/a")), &learned), 0);
	assert_int_equal(bw_identity_protect(&guard, "files", &learned, true, ACCESS_WRITE), 0);
	assert_int_equal(guarded_file(below("/a"))->inode, PROTECTION_STAYS);
	assert_int_equal(guarded_file(below("/a"))->access, ACCESS_WRITE);
	assert_int_equal(bw_identity_hold(&guard, bw_identity_open(below("/b")), &learned), 0);
	assert_int_equal(bw_identity_protect(&guard, "files", &learned, false, ACCESS_WRITE), 0);
	assert_true(guarded_file(below("/b"))->inode == learned.inode);
}

static void of_two_files_with_one_number_the_entry_stays(void **state)
{
	(void)state;
	put("/a", "");
	assert_int_equal(bw_identity_hold(&guard, bw_identity_open(below("/a")), &learned), 0);
	assert_int_equal(bw_identity_protect(&guard, "files", &learned, false, ACCESS_WRITE), 0);
	assert_int_equal(bw_identity_protect(&guard, "files", &learned, false, ACCESS_WRITE),
			 0); /* the same one again */
	assert_true(guarded_file(below("/a"))->inode == learned.inode);
	learned.inode++;
	assert_int_equal(bw_identity_protect(&guard, "files", &learned, false, ACCESS_WRITE), 0);
	assert_int_equal(guarded_file(below("/a"))->inode, PROTECTION_STAYS);
}

static void an_entry_that_was_learned_stays_of_its_owners_share(void **state)
{
	struct protection entry = {.access = ACCESS_READ, .owner = 1000 + 1};

	(void)state;
	put("/a", "");
	assert_int_equal(bw_identity_hold(&guard, bw_identity_open(below("/a")), &learned), 0);
	fake_put(fake_map(&rule_maps, "files"), &learned.file, &entry);
	assert_int_equal(bw_identity_protect(&guard, "files", &learned, true, ACCESS_WRITE), 0);
	assert_int_equal(guarded_file(below("/a"))->owner, 1000 + 1);
	assert_int_equal(guarded_file(below("/a"))->access, ACCESS_READ | ACCESS_WRITE);
}

static void the_mode_is_written_with_the_settings(void **state)
{
	const struct settings *settings = fake_value(fake_map(&rule_maps, "settings"), &(uint32_t){0});

	(void)state;
	assert_int_equal(bw_identity_mode(&guard, MODE_ENFORCE), 0);
	assert_int_equal(settings->mode, MODE_ENFORCE);
	assert_int_equal(settings->learning, 0);
	assert_int_equal(bw_identity_mode(&guard, MODE_LEARN), 0);
	assert_int_equal(settings->mode, MODE_LEARN);
	assert_int_equal(settings->learning, 1);
}

static void a_source_without_a_map_is_reported(void **state)
{
	struct fake none;

	(void)state;
	fake_load(&none, NULL, 0, 1);
	guard.loaded = &none.loaded;
	capture();
	assert_int_equal(bw_identity_put(&guard, "names", "", ACCESS_WRITE), -ENOENT);
	assert_int_equal(bw_identity_mode(&guard, MODE_LEARN), -ENOENT);
	assert_int_equal(bw_identity_clear(&guard), -ENOENT);
	assert_int_equal(bw_identity_read(&guard, &learned), -ENOENT);
	assert_non_null(strstr(captured(), "no map 'names'"));
	guard.loaded = &rule_maps.loaded;
}

/* Else a file that the program did not see would be taken for the one before it. */
static void what_was_learned_before_is_forgotten_first(void **state)
{
	(void)state;
	put("/a", "");
	put("/b", "");
	assert_int_equal(bw_identity_hold(&guard, bw_identity_open(below("/a")), &learned), 0);
	learn_nothing();
	assert_int_equal(bw_identity_hold(&guard, bw_identity_open(below("/b")), &learned), -EIO);
}

static void a_full_map_is_passed_on_in_silence_and_another_error_is_reported(void **state)
{
	struct name_key key = {.name = "x"};

	(void)state;
	fake_map(&rule_maps, "names")->max_entries = 0;
	capture();
	assert_int_equal(bw_identity_put(&guard, "names", &key, ACCESS_WRITE), -E2BIG);
	assert_string_equal(captured(), "");
	fake_map(&rule_maps, "names")->error = EPERM;
	capture();
	assert_int_equal(bw_identity_put(&guard, "names", &key, ACCESS_WRITE), -EPERM);
	assert_non_null(strstr(captured(), "'names'"));
}

#define WITH_SETUP(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	WITH_SETUP(what_the_program_learned_of_a_file_is_read),
	WITH_SETUP(a_file_that_is_held_stays_open_until_the_end),
	WITH_SETUP(the_process_takes_its_own_name_again),
	WITH_SETUP(a_file_that_is_not_there_is_no_descriptor),
	WITH_SETUP(a_device_is_not_opened_by_a_hook_that_refuses_nothing),
	WITH_SETUP(a_file_is_protected_by_its_address_or_for_good_if_it_is_held),
	WITH_SETUP(of_two_files_with_one_number_the_entry_stays),
	WITH_SETUP(an_entry_that_was_learned_stays_of_its_owners_share),
	WITH_SETUP(the_mode_is_written_with_the_settings),
	WITH_SETUP(a_source_without_a_map_is_reported),
	WITH_SETUP(what_was_learned_before_is_forgotten_first),
	WITH_SETUP(a_full_map_is_passed_on_in_silence_and_another_error_is_reported),
};

UNIT_MODULE("enforce/identity", NULL, NULL);
