/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts the events of several buffers, which are read one after the other, in the order of their times. Each buffer's
 * own events are in order (but for a few), so what is kept are a few runs that are merged: an event costs a comparison
 * and a copy.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BW_ORDER_RUNS = 1024 };

/* late: an event of a later time was already shown. */
typedef void (*bw_order_fn)(void *cookie, uint32_t event, const void *data, size_t size, bool late);

struct bw_order {
	/* Given by the caller. */
	bw_order_fn show;
	void *cookie;
	size_t limit; /* bytes of perf buffers of which the events may be kept: with more the earliest are shown early;
			 0: no limit */

	uint64_t late; /* events shown out of order */

	/* Inner. */
	struct bw_order_run
		*runs;	      /* n, owned: events in the order of their times each, at least one that is not empty */
	size_t n, room, last; /* last: that of the event before */
	size_t kept;	      /* bytes */
	uint64_t shown;	      /* the latest time of those that were shown */
	uint64_t arrivals;
};

/* Keeps a copy. Late ones are shown at once, and so is what memory can't be had for. */
void bw_order_add(struct bw_order *order, uint64_t time, uint32_t event, const void *data, size_t size);

/* Shows what was kept of that time and earlier, the earliest first, those of the same time as they came. */
void bw_order_drain(struct bw_order *order, uint64_t until);

/* Shows all that was kept; what comes then can have any time, and is not late. */
void bw_order_finish(struct bw_order *order);

/* The time of the earliest that is kept; UINT64_MAX: none is. */
uint64_t bw_order_earliest(const struct bw_order *order);

void bw_order_free(struct bw_order *order);
