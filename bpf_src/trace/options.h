/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What bccwatch wants of the program, which it defines by -D, is 1 and the rest 0. So `if (FILTER_FILE)` can stand
 * within a function, and clang leaves out what is off.
 */
#pragma once

#include "event.h"

/* The kind of hook: one of them. FILE_EVENTS are fentry and fexit programs, which alone see more than names. */
#ifndef FILE_EVENTS
#define FILE_EVENTS 0
#endif
#ifndef VIA_KPROBE
#define VIA_KPROBE 0
#endif
#ifndef VIA_TRACEPOINT
#define VIA_TRACEPOINT 0
#endif

/* The operations: 1 << OP_* each. */
#ifndef OPS
#define OPS (1 << OP_OPEN)
#endif
#define WANTS(op) (OPS >> (op)&1)
#define WANTS_OPEN                                                                                        \
	(OPS & (1 << OP_OPEN | 1 << OP_CREATE | 1 << OP_TRUNCATE)) /* all, or those that change something \
								    */

/* Those whose events are made over several programs (trace/calls.h). */
#define WANTS_CALLS                                                                                                \
	(OPS & (1 << OP_DELETE | 1 << OP_RENAME | 1 << OP_LINK | 1 << OP_TRUNCATE | 1 << OP_ATTR | 1 << OP_MKDIR | \
		1 << OP_MKNOD | 1 << OP_STAT))

/* Pipes and sockets, too. */
#ifndef ALL_FILES
#define ALL_FILES 0
#endif

/* What is shown. */
#ifndef NEEDS_PATH
#define NEEDS_PATH 0
#endif
#ifndef NEEDS_EXE
#define NEEDS_EXE 0
#endif
#define NEEDS_PATHS (NEEDS_PATH || NEEDS_EXE) /* exe is one, too */
#ifndef NEEDS_LATENCY
#define NEEDS_LATENCY 0
#endif
#ifndef NEEDS_PROCESS /* tid, uid, the parent, cgroup and namespaces */
#define NEEDS_PROCESS 0
#endif

#define WANTS_TIMERS (NEEDS_LATENCY || OPS & (1 << OP_READ | 1 << OP_WRITE)) /* trace/timers.h */

/* Whether the files of lib/targets.h are watched, and no others. */
#ifndef FILTER_FILE
#define FILTER_FILE 0
#endif
#define BY_FILE	  FILTER_FILE
#define BY_DIR	  FILTER_FILE
#define NAME_KEYS 0 /* an event has its own */

/* Whether bccwatch learns by its own opens which file is meant. */
#ifndef LEARNS
#define LEARNS 0
#endif

/* The filters (trace/filters.h; those by process that both kinds of programs have: lib/wanted.h). */
#ifndef FILTER_TID
#define FILTER_TID 0
#endif
#ifndef FILTER_MNT_NS
#define FILTER_MNT_NS 0
#endif
#ifndef FILTER_FAILED
#define FILTER_FAILED 0
#endif
#ifndef FILTER_ERROR
#define FILTER_ERROR 0
#endif
#ifndef FILTER_WRITES
#define FILTER_WRITES 0
#endif
#ifndef FILTER_LATENCY
#define FILTER_LATENCY 0
#endif
#ifndef FILTER_BYTES
#define FILTER_BYTES 0
#endif
#ifndef FILTER_NAME
#define FILTER_NAME 0
#endif
#ifndef FILTER_PATH
#define FILTER_PATH 0
#endif
#ifndef FILTER_INFIX /* of FILTER_NAME and FILTER_PATH */
#define FILTER_INFIX 0
#endif
#ifndef FILTER_NOT_PATH
#define FILTER_NOT_PATH 0
#endif
#ifndef FILTER_FLAGS
#define FILTER_FLAGS 0
#endif
