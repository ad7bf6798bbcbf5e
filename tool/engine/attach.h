/* SPDX-License-Identifier: Apache-2.0 */
/* Puts loaded programs on their hooks. Each hook is a descriptor: whatever ends the process removes it. */
#pragma once

#include <stdint.h>

#include "engine/load.h"

struct bw_attached {
	int *hooks; /* n descriptors */
	uint32_t n;
};

/*
 * Attaches every program as the plan that it was loaded by says. What fails is reported on stderr. 0 or -errno;
 * attached is the caller's, for bw_detach, in either case.
 */
int bw_attach(struct bw_attached *attached, const struct bw_loaded *loaded);
void bw_detach(struct bw_attached *attached);
