/* SPDX-License-Identifier: Apache-2.0 */
#include "output/timestamp.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND 1000000000ULL

static uint64_t now(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

uint64_t bw_timestamp_now(void)
{
	return now(CLOCK_MONOTONIC);
}

bool bw_timestamp_is_time(const struct bw_timestamp_clock *clock, uint64_t monotonic_ns)
{
	if (monotonic_ns < clock->start)
		return false;
	/* Most times are in the second that was printed last, which needs no clock. */
	return monotonic_ns < clock->until || monotonic_ns <= bw_timestamp_now() + SECOND;
}

/* Computed anew each second, since the wall clock can be set. */
static void turn_to(struct bw_timestamp_clock *clock, uint64_t monotonic_ns)
{
	uint64_t real = monotonic_ns + (now(CLOCK_REALTIME) - now(CLOCK_MONOTONIC));
	time_t second = (time_t)(real / SECOND);
	char text[16] = "--:--:--";
	struct tm t;

	if (localtime_r(&second, &t))
		strftime(text, sizeof(text), "%H:%M:%S", &t);
	memcpy(clock->text, text, BW_TIMESTAMP_LEN);
	snprintf(clock->iso, sizeof(clock->iso), "%s", "0000-00-00T00:00:00");
	if (gmtime_r(&second, &t))
		strftime(clock->iso, sizeof(clock->iso), "%Y-%m-%dT%H:%M:%S", &t);
	clock->from = monotonic_ns - real % SECOND;
	clock->until = clock->from + SECOND;
}

static void turn(struct bw_timestamp_clock *clock, uint64_t monotonic_ns)
{
	if (monotonic_ns < clock->from || monotonic_ns >= clock->until)
		turn_to(clock, monotonic_ns);
}

void bw_timestamp_put_iso(struct bw_timestamp_clock *clock, char *dst, uint64_t monotonic_ns)
{
	uint64_t left;

	turn(clock, monotonic_ns);
	left = monotonic_ns - clock->from;
	memcpy(dst, clock->iso, 19);
	dst[19] = '.';
	for (int i = 28; i > 19; i--, left /= 10)
		dst[i] = (char)('0' + left % 10);
	dst[29] = 'Z';
}

void bw_timestamp_put(struct bw_timestamp_clock *clock, char *dst, uint64_t monotonic_ns)
{
	turn(clock, monotonic_ns);
	memcpy(dst, clock->text, BW_TIMESTAMP_LEN);
}
