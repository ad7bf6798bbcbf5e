/* SPDX-License-Identifier: Apache-2.0 */
/* Puts loaded programs on their hooks. Each hook is a descriptor: whatever ends the process removes it. */
#pragma once

#include <stdint.h>

#include "program/load.h"

/* What the kernel passed over, as far as it counts that, per hook: calls and returns. */
struct bw_attached_misses {
	uint64_t calls, returns;
};

struct bw_attached {
	int *hooks; /* n descriptors, in the order of the plan's bindings */
	uint32_t n;
	const struct bw_plan *plan;
	struct bw_attached_misses before; /* by hooks that were detached */
};

/*
 * Attaches every program as the plan that it was loaded by says. What fails is reported on stderr, as are probes that
 * can miss returns without the kernel's counting it. 0 or -errno; attached is the caller's, for bw_attached_free, in
 * either case.
 */
int bw_attach(struct bw_attached *attached, const struct bw_loaded *loaded);
void bw_attached_free(struct bw_attached *attached);

/* By all kprobes so far; after bw_attached_free, too. */
struct bw_attached_misses bw_attached_missed(const struct bw_attached *attached);
