/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Who reads the events is left out with the children that come: else each event would make the next. */
#pragma once

#include "../lib/wanted.h"

TRACEPOINT_PROBE(sched, sched_process_fork)
{
	return leave_out_child(args->child_pid);
}

TRACEPOINT_PROBE(sched, sched_process_exit)
{
	return forget_child(args->pid);
}
