/* SPDX-License-Identifier: Apache-2.0 */
#include "event/clock.h"

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

uint64_t bw_clock_now(void)
{
	return now(CLOCK_MONOTONIC);
}

void bw_clock_put(struct bw_clock *clock, char *dst, uint64_t monotonic_ns)
{
	if (monotonic_ns < clock->from || monotonic_ns >= clock->until) {
		/* Taken anew each second, since the wall clock can be set. */
		uint64_t real = monotonic_ns + (now(CLOCK_REALTIME) - now(CLOCK_MONOTONIC));
		time_t second = (time_t)(real / SECOND);
		struct tm local;
		char text[16] = "--:--:--";

		if (localtime_r(&second, &local))
			strftime(text, sizeof(text), "%H:%M:%S", &local);
		memcpy(clock->text, text, BW_CLOCK_LEN);
		clock->from = monotonic_ns - real % SECOND;
		clock->until = clock->from + SECOND;
	}
	memcpy(dst, clock->text, BW_CLOCK_LEN);
}
