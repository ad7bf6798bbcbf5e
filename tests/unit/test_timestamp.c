/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "output/timestamp.h"
#include "tests/unit/unit.h"

/* Not by time(), which is some ms behind. */
static time_t wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec;
}

static void the_time_of_an_event_is_the_local_time(void **state)
{
	struct bw_timestamp_clock clock = {0};
	char got[BW_TIMESTAMP_LEN + 1] = "", earlier[BW_TIMESTAMP_LEN + 1] = "", expected[16];
	time_t before;

	(void)state;
	setenv("TZ", "Asia/Kathmandu", 1);
	tzset();
	do {
		before = wall();
		bw_timestamp_put(&clock, got, bw_timestamp_now());
		bw_timestamp_put(&clock, earlier, bw_timestamp_now() - 5000000000ULL);
	} while (wall() != before);
	strftime(expected, sizeof(expected), "%H:%M:%S", localtime(&before));
	assert_string_equal(got, expected);
	/* An event of another second is not shown with this one's. */
	before -= 5;
	strftime(expected, sizeof(expected), "%H:%M:%S", localtime(&before));
	assert_string_equal(earlier, expected);
}

static void readings_that_were_kept_waiting_do_not_move_the_wall_clock(void **state)
{
	const uint64_t wall = 1700000000000000000ULL;
	struct bw_timestamp_clock clock = {0};

	(void)state;
	bw_timestamp_adjust(&clock, 1000, wall + 1050, 1100);
	assert_true(clock.offset == wall);
	bw_timestamp_adjust(&clock, 2000, wall + 2000, 8002000); /* waited behind it */
	assert_true(clock.offset == wall);
	bw_timestamp_adjust(&clock, 2000, wall + 8002000, 8002000); /* and before it */
	assert_true(clock.offset == wall);
	bw_timestamp_adjust(&clock, 3000, wall + 3201, 3200); /* it was set */
	assert_true(clock.offset == wall + 101);
	bw_timestamp_adjust(&clock, 4000, wall - 3600000000000ULL + 4050, 4100);
	assert_true(clock.offset == wall - 3600000000000ULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(readings_that_were_kept_waiting_do_not_move_the_wall_clock),
	cmocka_unit_test(the_time_of_an_event_is_the_local_time),
};

UNIT_MODULE("output/timestamp", NULL, NULL);
