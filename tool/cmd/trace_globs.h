/* SPDX-License-Identifier: Apache-2.0 */
/* What a program can decide of a glob: by bytes at the beginning, in the middle and at the end of a path. */
#pragma once

#include <stddef.h>

#include "base/glob.h"
#include "bpf_src/lib/filter.h"

/* What each text that matches has: the program compares only that. */
void bw_trace_globs_set_ends(struct glob_ends *ends, const struct bw_glob *glob);

/*
 * Of patterns whose files are left out, in `to`, those that the program decides entirely: paths without wildcards, for
 * what is at or beneath them, and those whose only wildcard is a `**` at the end; short ones, and NOT_PATHS_MAX at
 * most. How many these are.
 */
size_t bw_trace_globs_set_not_paths(struct not_path to[NOT_PATHS_MAX], const struct bw_glob *globs, size_t n);
