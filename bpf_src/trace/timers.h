/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* How long a call took, and which calls a task is in. */
#pragma once

#include "options.h"
#include "slot.h"

/* Calls that contain others, beside the operations (OP_*). */
enum { COPY = OPS_COUNT, CLONE, SPLICE, XATTR, XATTR_BY_IO_URING, KINDS };

BPF_HASH(timers, u64, u64, 10240); /* by the task and the operation: since when; CLOCK_MONOTONIC, ns */

/* A task's number has 22 bits of 32. */
static inline u64 timer_of(u32 kind)
{
	return bpf_get_current_pid_tgid() | (u64)kind << 24;
}

static inline void start_timer(u32 kind)
{
	u64 key = timer_of(kind), now = bpf_ktime_get_ns();

	timers.update(&key, &now);
}

static inline bool is_within(u32 kind)
{
	u64 key = timer_of(kind);

	return timers.lookup(&key) != NULL;
}

static inline void stop_timer(u32 kind)
{
	u64 key = timer_of(kind);

	timers.delete(&key);
}

/* Of a task that ends: the kernel may have skipped a program at the end of a call. */
static inline void stop_timers(void)
{
	for (u32 kind = 0; kind < KINDS; kind++)
		stop_timer(kind);
}

static inline u64 *start_of(u32 kind)
{
	u64 key = timer_of(kind);

	return timers.lookup(&key);
}

/* Of a read and a write by one call. */
static inline u64 *start_of_copy(void)
{
	u64 *start = start_of(COPY);

	if (!start)
		start = start_of(CLONE);
	return start ? start : start_of(SPLICE);
}

/* Sets how long the operation took that ends now. */
static inline void add_time(struct data_t *d, u32 op)
{
	u64 *start;

	if (!NEEDS_LATENCY || d->marks & ASYNC)
		return;
	start = start_of(op);
	if (!start && (op == OP_READ || op == OP_WRITE))
		start = start_of_copy();
	if (!start)
		return;
	d->latency = bpf_ktime_get_ns() - *start;
	d->marks |= HAS_LATENCY;
}
