/* SPDX-License-Identifier: Apache-2.0 */
/* The options of trace that select: what is watched, whose, and which of it is shown. */
#pragma once

#include "cmd/trace_options.h"

/* Their ids, beside letters. */
enum {
	BW_OPT_OPS = 256,
	BW_OPT_ALL_FILES,
	BW_OPT_CHILDREN,
	BW_OPT_EXE,
	BW_OPT_NAME,
	BW_OPT_PATH,
	BW_OPT_CGROUP,
	BW_OPT_UNIT,
	BW_OPT_CONTAINER,
	BW_OPT_MNT_NS,
	BW_OPT_ERRNO,
	BW_OPT_WRITES,
	BW_OPT_MIN_LATENCY,
	BW_OPT_MIN_BYTES,
	BW_OPT_NOT_PID,
	BW_OPT_NOT_COMM,
	BW_OPT_NOT_UID,
	BW_OPT_NOT_EXE,
	BW_OPT_NOT_PATH
};

enum { BW_TRACE_SELECTION_OTHER = -2 };

/* 0; BW_EXIT_USAGE, reported; or BW_TRACE_SELECTION_OTHER: the option is none of these. */
int bw_trace_selection_set(struct bw_trace_options *options, int id, const char *value);

/* These add an argument to the list, or a number. 0 or BW_EXIT_USAGE, reported. */
int bw_trace_selection_add(struct bw_trace_list *list, const char *value);
int bw_trace_selection_add_number(struct bw_trace_numbers *numbers, uint32_t value);
