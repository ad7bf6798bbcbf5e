/* SPDX-License-Identifier: Apache-2.0 */
/* Until when something may go on: so long, and shorter once a signal that ends the run has come. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What is left after SIGINT, SIGTERM or SIGHUP: with what a run has to do behind it, it ends within a second. */
enum { BW_DEADLINE_ENDING_MS = 500 };

struct bw_deadline {
	uint64_t end;	/* in bw_deadline_now's milliseconds */
	bool shortened; /* by a signal */
};

/* Milliseconds since the boot. */
uint64_t bw_deadline_now(void);

/* Once it was shortened it is not started again: what comes behind the signal has this time in all. */
void bw_deadline_start(struct bw_deadline *deadline, unsigned ms);

/* How many milliseconds are left, 0: none. Looks at the signals that are pending. */
unsigned bw_deadline_left(struct bw_deadline *deadline);
