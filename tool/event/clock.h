/* SPDX-License-Identifier: Apache-2.0 */
/* From the kernel's clock to the wall's, in the local time zone. */
#pragma once

#include <stdint.h>

enum { BW_CLOCK_LEN = 8 };

/* Remembers the second it printed last; start with zeroes. */
struct bw_clock {
	uint64_t from, until;	 /* the monotonic ns that the text is right for */
	char text[BW_CLOCK_LEN]; /* HH:MM:SS */
};

/* Writes HH:MM:SS, BW_CLOCK_LEN bytes without a NUL, for a time of bpf_ktime_get_ns(): CLOCK_MONOTONIC. */
void bw_clock_put(struct bw_clock *clock, char *dst, uint64_t monotonic_ns);

/* CLOCK_MONOTONIC now, in ns. */
uint64_t bw_clock_now(void);
