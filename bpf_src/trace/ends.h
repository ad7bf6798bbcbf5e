/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What is forgotten of a task that ends. */
#pragma once

#include "calls.h"

/* Its event is not complete where the kernel skipped the program at the end of its call. */
static inline void on_task_end(void)
{
	struct slot *s = slot_of_task();

	if (s)
		drop_call(s);
	stop_timers();
}
