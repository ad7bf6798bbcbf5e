/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the paths and programs of trace's command line to what they are for the kernel, in the maps of bpf_src/trace.c:
 * names, files, dirs and devices (FILTER_FILE), exes and not_exes. A path is opened while the program runs, which notes
 * in `own_open` which file it was. A process of its own opens it, since a file system that answers no more would hold
 * this one for ever.
 *
 * In this order: bw_trace_targets_check; for a program that was built, _size; for one that is attached, _start; while
 * it runs, _follow; _free.
 */
#pragma once

#include "bpf_src/lib/filter.h"
#include "cmd/trace_links.h"
#include "cmd/trace_mounts.h"
#include "cmd/trace_opener.h"
#include "cmd/trace_options.h"
#include "program/image.h"
#include "program/load.h"

struct bw_trace_targets {
	/* Given by the caller. */
	const struct bw_trace_options *options;
	struct filter *filter;		 /* as it is in the map `filter`: self, own_comm, own_root are set here */
	void (*meanwhile)(void *cookie); /* called where a search takes long; or NULL */
	void *cookie;

	/* For the caller, from bw_trace_targets_start on: bw_trace_targets_follow is due when one is readable. */
	struct bw_trace_links links;
	struct bw_trace_mounts mounts; /* likewise, where one has POLLPRI */
	bool incomplete; /* there was no room to watch all files by their other names, which was reported */

	/* Inner. */
	const struct bw_loaded *loaded; /* NULL: the paths are only checked */
	struct bw_trace_opener opener;
	char real[PATH_MAX]; /* of what it opened last */
	uint32_t process;    /* the opener's number, as the kernel counts; 0: not known yet */
	char comm[16];	     /* of this process */
	bool hinted;	     /* that a PATH may be a command without -- before it */
	const bool *changed; /* which paths are to be watched again; NULL: none */

	/* From bw_trace_targets_start to _free: n_real_paths absolute ones by which what is watched can be called. */
	char **real_paths;
	size_t n_real_paths;
};

/* Are there any? Then the program is compiled with LEARNS, and the map own_open. */
bool bw_trace_targets_any(const struct bw_trace_options *options);

/*
 * Are the paths there, or at least the directories that they are in, which is reported, and are the programs? 0;
 * -EINTR, silently, after a signal that ends the run; or -errno, reported.
 */
int bw_trace_targets_check(struct bw_trace_targets *targets);

/* Makes the image's maps as large as the paths need. 0 or -ENOENT, reported: it has no such map. */
int bw_trace_targets_size(const struct bw_trace_targets *targets, struct bw_image *image);

/*
 * Fills the maps. filter->self must be 0 in the map `filter`; then it is this process's own number. As
 * bw_trace_targets_check.
 */
int bw_trace_targets_start(struct bw_trace_targets *targets, const struct bw_loaded *loaded);

/*
 * Something was put at a path or at a symlink on the way to it, or was mounted: where the path leads to now and what is
 * mounted beneath it is watched, too, from here on. What fails is reported.
 */
void bw_trace_targets_follow(struct bw_trace_targets *targets);

/* Ends the process that opens; also in the middle. */
void bw_trace_targets_free(struct bw_trace_targets *targets);
