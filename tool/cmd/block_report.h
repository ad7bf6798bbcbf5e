/* SPDX-License-Identifier: Apache-2.0 */
/* What `bccwatch block` says when it begins and ends. */
#pragma once

#include <stddef.h>

#include "cmd/block_options.h"
#include "enforce/hook.h"
#include "program/load.h"

/* The header, on stderr: which hook, what it can't do, what is blocked and how. */
void bw_block_report_header(const struct bw_block_options *options, enum bw_hook hook);

/* What the closing line begins with, of the program's counts; also reports on stderr links and renames that it refused.
 */
void bw_block_report_summary(const struct bw_block_options *options, enum bw_hook hook, const struct bw_loaded *loaded,
			     char *text, size_t size);
