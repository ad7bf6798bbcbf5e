/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cgroups of --cgroup, --unit or --container, in the map `cgroups` (FILTER_CGROUP), also while they change: the
 * value has a bit for each of these kinds.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "process/cgroup_search.h"
#include "program/image.h"
#include "program/load.h"

struct bw_trace_cgroups {
	/* Given by the caller. */
	const char *root; /* put before /sys/fs/cgroup; "" */
	enum bw_cgroup_search_kind kind;
	const char *name; /* NULL: any; then there is nothing to do */

	/* Inner. */
	const struct bw_loaded *loaded;
	struct bw_cgroup_search_found *found; /* n, whose ids are in the map */
	size_t n;
	bool watching, failed;
	int inotify, timer, events; /* the last one waits for the others */
	uint64_t next;		    /* when all is looked for again, in bw_deadline_now's milliseconds */
};

/* Are there any cgroups to look through? 0 or -errno, reported. */
int bw_trace_cgroups_check(const struct bw_trace_cgroups *cgroups);

/* Makes the image's map large enough. 0 or -ENOENT, reported. */
int bw_trace_cgroups_size(const struct bw_trace_cgroups *cgroups, struct bw_image *image);

/*
 * Fills the map. A unit or container that is not there yet is noted, and looked for; a path that is not there is
 * -ENOENT. 0 or -errno, reported.
 */
int bw_trace_cgroups_start(struct bw_trace_cgroups *cgroups, const struct bw_loaded *loaded);

/* Becomes readable when a cgroup came or went beside one of those that are known; -1: there is none. */
int bw_trace_cgroups_fd(const struct bw_trace_cgroups *cgroups);

/*
 * Brings the map up to date. To be called when the descriptor is readable, and about every tenth of a second: it does
 * nothing where nothing is due. What fails is reported.
 */
void bw_trace_cgroups_update(struct bw_trace_cgroups *cgroups);
void bw_trace_cgroups_free(struct bw_trace_cgroups *cgroups);
