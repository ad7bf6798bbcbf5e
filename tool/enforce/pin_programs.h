/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs that pinned links attach. The kernel detaches them a moment after the pin was removed: whoever says that
 * they are gone has to wait for it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Start with zeroes. */
struct bw_pin_programs {
	uint32_t *ids; /* n, owned */
	size_t n;
};

/* Adds those of all links in the directory of that name and beneath it. 0 or -errno, not reported. */
int bw_pin_programs_find(struct bw_pin_programs *programs, int parent, const char *name);

/* Waits until all are gone, 2 seconds at most, and frees the list. 0; -EBUSY: another process has some of them open. */
int bw_pin_programs_wait(struct bw_pin_programs *programs);
void bw_pin_programs_free(struct bw_pin_programs *programs);
