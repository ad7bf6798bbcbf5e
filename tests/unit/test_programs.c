/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "enforce/programs.h"
#include "tests/unit/capture.h"
#include "tests/unit/root.h"
#include "tests/unit/rule_maps.h"

static const char *exe;

static int begin(void **state)
{
	make_rule_maps(state);
	guard.exes = &exe;
	guard.n_exes = 1;
	make_root(state);
	put("/bin/program", "\x7f"
			    "ELF");
	return 0;
}

static int end(void **state)
{
	free_rule_maps(state);
	return remove_root(state);
}

static bool has_path(const char *directory, const char *name)
{
	struct name_key key = {.parent = id_of(below(directory))};

	memcpy(key.name, name, strlen(name));
	return fake_value(fake_map(&rule_maps, "exe_paths"), &key) != NULL;
}

static void a_program_is_its_path_and_before_the_start_its_inode(void **state)
{
	uint64_t inode = 0xffff000000000000 + id_of(below("/bin/program")).ino;
	const struct exe *found;

	(void)state;
	exe = below("/bin/program");
	assert_int_equal(bw_programs_add(&guard), 0);
	assert_true(has_path("/bin", "program"));
	found = fake_value(fake_map(&rule_maps, "exes"), &inode);
	assert_true(found && !found->always && found->subject.except == EXCEPT_FROM_ALL);
	assert_int_equal(count_of("exe_paths"), 1);
	assert_true(guard.settings.started > 0);
	assert_int_equal(guard.n_programs, 2); /* both are held */
}

static void symlinks_to_a_program_are_followed(void **state)
{
	(void)state;
	put("/usr/x", "");
	assert_int_equal(symlink("../bin/program", below("/usr/link")), 0);
	exe = below("/usr/link");
	assert_int_equal(bw_programs_add(&guard), 0);
	assert_true(has_path("/bin", "program"));
	assert_int_equal(count_of("exe_paths"), 1);
}

static void a_program_that_takes_over_does_not_begin_anew(void **state)
{
	struct bw_enforcement next = {.mounts_fd = -1, .waiting_fd = -1, .n_exes = 1, .exes = &exe, .started = 7};
	int fd;

	(void)state;
	exe = below("/bin/program");
	assert_int_equal(bw_programs_add(&guard), 0);
	assert_int_equal(bw_programs_add(&next), 0);
	assert_int_equal(next.n_programs, 0);
	fd = guard.programs[0];
	bw_enforcement_take_programs(&next, &guard);
	bw_programs_free(&guard);
	assert_true(fcntl(fd, F_GETFD) >= 0);
	bw_enforcement_free(&next);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void a_program_that_cannot_be_learned_is_an_error(void **state)
{
	(void)state;
	exe = below("/bin/program");
	learn_nothing();
	capture();
	assert_int_equal(bw_programs_add(&guard), -EIO);
	assert_non_null(strstr(captured(), "--except-exe "));
}

#define WITH_SETUP(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	WITH_SETUP(a_program_is_its_path_and_before_the_start_its_inode),
	WITH_SETUP(symlinks_to_a_program_are_followed),
	WITH_SETUP(a_program_that_takes_over_does_not_begin_anew),
	WITH_SETUP(a_program_that_cannot_be_learned_is_an_error),
};

UNIT_MODULE("enforce/programs", NULL, NULL);
