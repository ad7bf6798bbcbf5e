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

void bw_timestamp_adjust(struct bw_timestamp_clock *clock, uint64_t before, uint64_t real, uint64_t after)
{
	const uint64_t least = real - after, known = clock->offset - least;

	if (!clock->offset || known > after - before)
		clock->offset = least + (after - before) / 2;
}

/* Of some readings the one that took the least time says most. */
static void read_clocks(struct bw_timestamp_clock *clock)
{
	enum { READINGS = 3, READINGS_MAX = 100, LONG = 10000 /* ns */ };
	uint64_t before = 0, real = 0, after = UINT64_MAX;

	for (int i = 0; i < READINGS || (i < READINGS_MAX && after - before > LONG); i++) {
		const uint64_t begin = now(CLOCK_MONOTONIC), wall = now(CLOCK_REALTIME), end = now(CLOCK_MONOTONIC);

		if (end - begin >= after - before)
			continue;
		before = begin;
		real = wall;
		after = end;
	}
	bw_timestamp_adjust(clock, before, real, after);
}

/* Computed anew each second, since the wall clock can be set. */
static void turn_to(struct bw_timestamp_clock *clock, uint64_t monotonic_ns)
{
	char text[16] = "--:--:--";
	uint64_t real;
	time_t second;
	struct tm t;

	read_clocks(clock);
	real = monotonic_ns + clock->offset;
	second = (time_t)(real / SECOND);
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
