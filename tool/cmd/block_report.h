/* SPDX-License-Identifier: Apache-2.0 */
/* What `bccwatch block` says when it begins and ends. */
#pragma once

#include <stddef.h>

#include "cmd/block_options.h"
#include "enforce/enforcement.h"
#include "enforce/hook.h"

/* The header, on stderr: which hook, what it can't do, what is blocked and how. */
void bw_block_report_header(const struct bw_block_options *options, enum bw_hook hook);

/* Names with a wildcard in them, which is none: on stderr. */
void bw_block_report_literal_names(const struct bw_rules *rules);

/* The paths of the rules for which nothing exists yet: on stderr. */
void bw_block_report_waiting(const struct bw_enforcement *enforcement);

/* So many links and renames were refused, since no entry is left for the files: on stderr. */
void bw_block_report_full(const struct bw_loaded *loaded, uint64_t refused);

/*
 * What the closing line begins with, of the counts (OUTCOME_*) and the rules' generation (0: they are from no file);
 * also reports on stderr links and renames that were refused.
 */
void bw_block_report_summary(const struct bw_block_options *options, enum bw_hook hook,
			     const uint64_t outcomes[OUTCOMES], uint64_t generation, char *text, size_t size);
