/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/self_test.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static void a_file_that_can_be_opened_is_not_denied(void **state)
{
	struct bw_enforcement e = {.error = EACCES, .canary = open("/dev/null", O_PATH | O_CLOEXEC)};

	(void)state;
	assert_int_equal(bw_self_test_run(&e), -ENOTSUP);
	close(e.canary);
}

/* No descriptor has the number: an error stands for the denial. */
static void only_the_error_of_a_denied_access_counts(void **state)
{
	struct bw_enforcement e = {.error = ENOENT, .canary = 1 << 30};

	(void)state;
	assert_int_equal(bw_self_test_run(&e), 0);
	e.error = EACCES;
	assert_int_equal(bw_self_test_run(&e), -ENOTSUP);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_file_that_can_be_opened_is_not_denied),
	cmocka_unit_test(only_the_error_of_a_denied_access_counts),
};

UNIT_MODULE("enforce/self_test", NULL, NULL);
