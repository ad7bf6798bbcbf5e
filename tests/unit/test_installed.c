/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/installed.h"
#include "tests/unit/unit.h"

/* Beside the program first, then under its PREFIX; this test's own program stands for it. */
static void a_file_is_found_beside_the_program_then_in_its_prefix(void **state)
{
	char exe[4096], expected[4096];
	BW_FREE char *beside = NULL, *under = NULL, *none = NULL;
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	(void)state;
	assert_true(len > 0);
	exe[len] = '\0';
	assert_int_equal(bw_installed_find(strrchr(exe, '/') + 1, "nothing", &beside), 0);
	assert_string_equal(beside, exe);
	*strrchr(exe, '/') = '\0';
	snprintf(expected, sizeof(expected), "%s", exe);
	assert_int_equal(bw_installed_find("nothing", strrchr(exe, '/') + 1, &under), 0);
	assert_string_equal(under, expected);
	assert_int_equal(chdir(exe), 0);
	assert_int_equal(bw_installed_find("./nothing", "nothing", &none), -ENOENT);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_file_is_found_beside_the_program_then_in_its_prefix),
};

UNIT_MODULE("base/installed", NULL, NULL);
