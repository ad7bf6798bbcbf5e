/* SPDX-License-Identifier: Apache-2.0 */
#include "base/deadline.h"

#include <time.h>

#include "base/signals.h"

uint64_t bw_deadline_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void bw_deadline_start(struct bw_deadline *deadline, unsigned ms)
{
	if (!deadline->shortened)
		deadline->end = bw_deadline_now() + ms;
}

unsigned bw_deadline_left(struct bw_deadline *deadline)
{
	uint64_t now = bw_deadline_now();

	if (!deadline->shortened && bw_signals_pending()) {
		deadline->shortened = true;
		if (deadline->end > now + BW_DEADLINE_ENDING_MS)
			deadline->end = now + BW_DEADLINE_ENDING_MS;
	}
	return deadline->end > now ? (unsigned)(deadline->end - now) : 0;
}
