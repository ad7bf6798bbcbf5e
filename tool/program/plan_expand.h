/* SPDX-License-Identifier: Apache-2.0 */
/* What stands for several hooks in a plan: a pattern of kernel functions, and what is attached to each CPU. */
#pragma once

#include "program/plan.h"

/* More functions than these are refused: a probe takes the kernel some milliseconds to remove. */
enum { BW_PLAN_FUNCTIONS_MAX = 1000 };

/*
 * Puts in place of each such binding one for each function that matches, or for each CPU that is online. 0 or -errno,
 * reported: nothing matches, or too much. root is put before the paths.
 */
int bw_plan_expand(struct bw_plan *plan, const char *root);
