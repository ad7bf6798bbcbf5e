/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Memory in a map that one task at a time has, whatever CPU it runs on: programs on some hooks can be preempted. */
#pragma once

#include <linux/types.h>

/*
 * Takes it if no other task has it. Linux 5.10 has no atomic operation that returns a value. Of two at once one or none
 * gets it, since the number is read after both were added.
 */
static inline bool take(u64 *users)
{
	__sync_fetch_and_add(users, 1);
	if (*(volatile u64 *)users == 1)
		return true;
	__sync_fetch_and_add(users, -1);
	return false;
}

static inline void give_back(u64 *users)
{
	__sync_fetch_and_add(users, -1);
}
