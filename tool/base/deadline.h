/* SPDX-License-Identifier: Apache-2.0 */
/* A time limit, which is shortened by a signal that ends the run. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The limit after SIGINT, SIGTERM or SIGHUP, so that a run ends within a second. */
enum { BW_DEADLINE_ENDING_MS = 500 };

struct bw_deadline {
	uint64_t end;	/* in bw_deadline_now's milliseconds */
	bool shortened; /* by a signal */
};

/* Milliseconds since the boot. */
uint64_t bw_deadline_now(void);

/* Starts the limit, unless it was shortened: what follows the signal has one limit in all. */
void bw_deadline_start(struct bw_deadline *deadline, unsigned ms);

/* How many milliseconds are left, 0: none. A pending signal shortens the limit. */
unsigned bw_deadline_left(struct bw_deadline *deadline);
