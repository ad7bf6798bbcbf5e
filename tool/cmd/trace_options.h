/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line of `bccwatch trace` asks for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf_src/lib/filter.h"
#include "bpf_src/trace/event.h"
#include "cmd/common_options.h"
#include "output/file_event_fields.h"
#include "process/cgroup_search.h"

enum bw_trace_via { BW_TRACE_AUTO, BW_TRACE_FEXIT, BW_TRACE_KPROBE, BW_TRACE_TRACEPOINT };

/* Filters that a value of `struct filter` is for, or none at all; `filters` has a bit each, by this number. */
enum bw_trace_by {
	BW_BY_PID,
	BW_BY_TID,
	BW_BY_UID,
	BW_BY_COMM,
	BW_BY_MNT_NS,
	BW_BY_FAILED,
	BW_BY_ERROR,
	BW_BY_WRITES,
	BW_BY_LATENCY,
	BW_BY_BYTES,
	BW_BY_NAME,
	BW_BY_PATH
};

/* Arguments of the command line, in the order in which they were given. */
struct bw_trace_list {
	const char **items;
	size_t n;
};

struct bw_trace_numbers {
	uint32_t *items;
	size_t n;
};

struct bw_trace_options {
	struct bw_common_options common; /* its `command` is the one that is traced */
	enum bw_trace_via via;
	struct bw_trace_list paths;
	uint32_t ops;			      /* 1 << OP_* */
	struct bw_file_event_fields fields;   /* of a line; none: the usual ones, and */
	struct bw_file_event_fields added;    /* these */
	bool adds_uid, adds_flags, adds_path; /* fields in addition to the usual ones */
	bool all_files, children, json, as_root;
	uint64_t max_events; /* 0: no end */
	const char *output;  /* a file; NULL: stdout */

	/* The filters. */
	uint32_t filters;	 /* 1 << BW_BY_* */
	struct filter values;	 /* of these, but for the globs */
	const char *name, *path; /* globs */
	const char *exe;
	const char *cgroups[BW_CGROUP_KINDS]; /* by kind: a path, a unit, a container; NULL: any */
	uint32_t flags;			      /* of bw_trace_values_flag, one of which an open must have; 0: any */
	struct bw_trace_numbers not_pids, not_uids;
	struct bw_trace_numbers readers; /* of the output; left out with their children */
	struct bw_trace_list not_comms, not_exes, not_paths;

	/* Inner. */
	bool ops_given, more; /* something that the program by names can't do */
};

#define BW_TRACE_OPTIONS_DEFAULTS                                   \
	{                                                           \
		.common = BW_COMMON_DEFAULTS, .ops = 1U << OP_OPEN, \
	}

extern const struct bw_command_option bw_trace_options_table[];

/* 0; BW_EXIT_USAGE, reported; or -1 when there is nothing more to do. Free the options in either case. */
int bw_trace_options_parse(struct bw_trace_options *options, const struct bw_command *command, int argc, char **argv);
void bw_trace_options_free(struct bw_trace_options *options);

/* Is more asked for than the names given to opens, by -p, -u and -n at most? */
bool bw_trace_options_wants_events(const struct bw_trace_options *options);

static inline bool bw_trace_options_has_cgroups(const struct bw_trace_options *options)
{
	return options->cgroups[BW_CGROUP_PATH] || options->cgroups[BW_CGROUP_UNIT] ||
	       options->cgroups[BW_CGROUP_CONTAINER];
}

static inline bool bw_trace_options_has(const struct bw_trace_options *options, enum bw_trace_by by)
{
	return options->filters >> by & 1;
}
