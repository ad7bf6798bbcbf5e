/* SPDX-License-Identifier: Apache-2.0 */
/* A watch of two tables, of which one is used, in the kernel of fake_bpf.h. */
#pragma once

#include "cmd/watch.h"
#include "tests/unit/fake_bpf.h"

/* What the tables' events are. */
struct event {
	uint64_t ts;
	uint32_t pid, number;
};

extern const struct bw_layout_field watched_fields[3];
extern struct bw_image_event watched_events[2];
extern struct fake watched;
extern struct bw_watch watch;

/* Takes the signals back that would end a run. */
void watched_end_signals(void);

/* Fixtures of a test. */
int watched_begin(void **state);
int watched_end(void **state);
