/* SPDX-License-Identifier: Apache-2.0 */
/* Does this kernel take the CPU from who runs in it? root is put before the paths. */
#pragma once

#include <stdbool.h>

/*
 * Asks /sys/kernel/debug/sched/preempt, which has the mode of a kernel whose mode can be changed; where that can't be
 * read, /proc/sys/kernel/version (PREEMPT, PREEMPT_RT, PREEMPT_DYNAMIC) and preempt= in /proc/cmdline. What can't be
 * found out is true.
 */
bool bw_preemption_is_full(const char *root);
