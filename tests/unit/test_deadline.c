/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/signals.h"
#include "tests/unit/unit.h"

static void the_time_that_is_left_ends(void **state)
{
	struct bw_deadline deadline = {0};

	(void)state;
	bw_deadline_start(&deadline, 20000);
	assert_in_range(bw_deadline_left(&deadline), 15000, 20000);
	bw_deadline_start(&deadline, 0);
	assert_int_equal(bw_deadline_left(&deadline), 0);
	bw_deadline_start(&deadline, 20);
	usleep(40000);
	assert_int_equal(bw_deadline_left(&deadline), 0);
}

/* The signal stays pending: no test of this process comes after this one. */
static void a_signal_shortens_the_time_once_and_for_all(void **state)
{
	struct bw_deadline deadline = {0}, soon = {0};

	(void)state;
	assert_true(bw_signals_open() >= 0);
	bw_deadline_start(&deadline, 20000);
	bw_deadline_start(&soon, 10);
	assert_in_range(bw_deadline_left(&deadline), 15000, 20000);
	kill(getpid(), SIGTERM);
	assert_in_range(bw_deadline_left(&deadline), 1, BW_DEADLINE_ENDING_MS);
	bw_deadline_start(&deadline, 20000);
	assert_in_range(bw_deadline_left(&deadline), 0, BW_DEADLINE_ENDING_MS);
	assert_in_range(bw_deadline_left(&soon), 0, 10); /* which ends sooner anyway */
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_time_that_is_left_ends),
	cmocka_unit_test(a_signal_shortens_the_time_once_and_for_all),
};

UNIT_MODULE("base/deadline", NULL, NULL);
