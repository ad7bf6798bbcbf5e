/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Counts what lib/counters.h names. */
#pragma once

#include "counters.h"

BPF_PERCPU_ARRAY(counters, u64, COUNTERS);

static inline void count(int counter)
{
	u64 *n = counters.lookup(&counter);

	if (n)
		__sync_fetch_and_add(n, 1); /* a program can be preempted by another one on its CPU */
}
