/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process that opens trace's paths: a file system that answers no more would hold this one for ever. Each call
 * returns 0 or -errno; -EIO if that process failed: then opener->sandbox.failure and .why have the reason.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/sandbox.h"

struct bw_trace_opener {
	bool started;
	struct bw_sandbox sandbox; /* where it was started */
	struct bw_sandbox_strays strays;
	struct bw_deadline deadline;
};

/* Starts it, once. 0; -EINTR after a signal that ends the run; or -errno, reported. */
int bw_trace_opener_start(struct bw_trace_opener *opener);

/* The name that the process has while it opens, by which the program recognises the open: of a random number. */
void bw_trace_opener_comm(char comm[16], uint64_t number);

/* Opens the path under that name (0: its own). *mode: the file's type; real: where it is, "" if that is not known. */
int bw_trace_opener_open(struct bw_trace_opener *opener, const char *path, uint64_t number, uint32_t *mode,
			 char real[PATH_MAX]);

/* Where the symlink leads to, in *to, which is the caller's, as an absolute path; NULL: it is none. */
int bw_trace_opener_follow(struct bw_trace_opener *opener, const char *path, char **to);

/* Looks for files of several names beneath the directory, on its file system. */
int bw_trace_opener_find_links(struct bw_trace_opener *opener, const char *directory);

/* The next one's path; -ENOENT behind the last one; -EAGAIN: none yet, ask again. */
int bw_trace_opener_next_link(struct bw_trace_opener *opener, char path[PATH_MAX]);

void bw_trace_opener_stop(struct bw_trace_opener *opener);
