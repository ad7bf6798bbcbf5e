/* SPDX-License-Identifier: Apache-2.0 */
/* Sorts by their times the events of several buffers, which are read one after the other. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct bw_order {
	struct bw_order_event *kept; /* n, owned; in the order in which they came */
	size_t n, room;
	char *bytes; /* of all, owned */
	size_t len, size;
};

typedef void (*bw_order_fn)(void *cookie, uint32_t event, const void *data, size_t size);

/* Keeps a copy. 0 or -ENOMEM. */
int bw_order_add(struct bw_order *order, uint64_t time, uint32_t event, const void *data, size_t size);

/* Calls `show` with all that was kept, the earliest first, those of the same time as they came; then none is kept. */
void bw_order_drain(struct bw_order *order, bw_order_fn show, void *cookie);

void bw_order_free(struct bw_order *order);
