/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which events the file-events program of trace sends, and which of them are shown: the filters of the command line, as
 * flags of the compiler, as values in the program's maps (bpf_src/lib/filter.h), and, for what is left, here.
 *
 * In this order: bw_trace_filter_open; for a source bw_trace_filter_define; for the image bw_trace_filter_size; for the
 * loaded program bw_trace_filter_start, and once it is attached bw_trace_filter_learn; while it runs
 * bw_trace_filter_wants for each event, and bw_trace_cgroups_update of the cgroups; bw_trace_filter_close last.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/glob.h"
#include "bpf_src/lib/filter.h"
#include "build/source.h"
#include "cmd/trace_cgroups.h"
#include "cmd/trace_options.h"
#include "cmd/trace_targets.h"
#include "program/image.h"
#include "program/load.h"

struct bw_trace_filter {
	/* Given by the caller. */
	const struct bw_trace_options *options; /* as they were parsed */

	/* For the caller, from bw_trace_filter_start on. */
	struct bw_trace_cgroups cgroups[BW_CGROUP_KINDS];

	/* Inner. */
	struct bw_trace_targets targets;
	struct filter values; /* as in the map `filter` */
	const struct bw_loaded *loaded;
	struct bw_glob name, path;
	struct bw_glob *not_paths; /* n_not_paths */
	size_t n_not_paths;
	struct not_path left_out[NOT_PATHS_MAX]; /* n_left_out: what the program can decide of them */
	size_t n_left_out;
	char **paths; /* those that are watched, absolute; n_paths, owned */
	size_t n_paths;
	bool learns; /* own_open is needed */
};

/* Reads the globs, and checks the paths. 0 or -errno, reported; bw_trace_filter_close is due in either case. */
int bw_trace_filter_open(struct bw_trace_filter *filter);

/* Adds -D FILE_EVENTS, OPS, NEEDS_* and FILTER_*. 0 or -errno, reported. */
int bw_trace_filter_define(const struct bw_trace_filter *filter, struct bw_source *source);

/* Makes the image's maps large enough. 0 or -ENOENT, reported: one is not there. */
int bw_trace_filter_size(const struct bw_trace_filter *filter, struct bw_image *image);

/* Fills the maps, but for what needs that the program runs. 0 or -errno, reported. */
int bw_trace_filter_start(struct bw_trace_filter *filter, const struct bw_loaded *loaded);

/*
 * Fills the rest of the maps: from here on the events of the paths are sent, and none of this process. 0; -EINTR,
 * silently, after a signal that ends the run; or -errno, reported.
 */
int bw_trace_filter_learn(struct bw_trace_filter *filter);

/* Adds a process that is followed, with its children: the command behind "--". 0 or -errno, reported. */
int bw_trace_filter_follow(const struct bw_trace_filter *filter, uint32_t pid);

/* A text of an event, without a NUL; len 0: it has none. */
struct bw_trace_filter_text {
	const char *text;
	size_t len;
};

/* What of an event is compared here. */
struct bw_trace_filter_event {
	uint32_t op, flags;
	bool has_flags, other_root;
	bool lookup_failed; /* path is put together of a directory and a name */
	/* As they are printed, but without " (deleted)". */
	struct bw_trace_filter_text filename, path, to;
};

/* Is the event, which the program has let pass, to be shown? */
bool bw_trace_filter_wants(const struct bw_trace_filter *filter, const struct bw_trace_filter_event *event);

/* The processes that are left out, also where only names are traced. 0 or -errno, reported. */
int bw_trace_filter_size_left_out(const struct bw_trace_options *options, struct bw_image *image);
int bw_trace_filter_put_left_out(const struct bw_trace_options *options, const struct bw_loaded *loaded);

void bw_trace_filter_close(struct bw_trace_filter *filter);
