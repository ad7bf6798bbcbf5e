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

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_time_of_an_event_is_the_local_time),
};

UNIT_MODULE("output/timestamp", NULL, NULL);
