/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/pin_programs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/root.h"
#include "tests/unit/unit.h"

static void what_is_no_link_attaches_nothing(void **state)
{
	int dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct bw_pin_programs programs = {0};

	(void)state;
	put("/p/g1/link_0", "x");
	assert_int_equal(symlink("/", below("/p/g1/link_1")), 0);
	assert_int_equal(bw_pin_programs_find(&programs, dir, "p"), 0);
	assert_int_equal(programs.n, 0);
	assert_int_equal(bw_pin_programs_find(&programs, dir, "q"), -ENOENT);
	close(dir);
}

static void programs_that_are_gone_are_not_waited_for(void **state)
{
	struct bw_pin_programs programs = {.ids = calloc(1, sizeof(uint32_t)), .n = 1};

	(void)state;
	assert_non_null(programs.ids);
	programs.ids[0] = UINT32_MAX;
	assert_int_equal(bw_pin_programs_wait(&programs), 0);
	assert_null(programs.ids);
	assert_int_equal(bw_pin_programs_wait(&programs), 0);
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(what_is_no_link_attaches_nothing),
	cmocka_unit_test(programs_that_are_gone_are_not_waited_for),
};

UNIT_MODULE("enforce/pin_programs", NULL, NULL);
