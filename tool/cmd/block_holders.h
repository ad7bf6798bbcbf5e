/* SPDX-License-Identifier: Apache-2.0 */
/* Who has a protected file open already, for what block denies: no rule ends that. */
#pragma once

#include "cmd/block_options.h"

/*
 * Prints them, with what they may do: by the paths that the descriptors have in bccwatch's /proc, so not those by which
 * a file is called elsewhere. root is put before /proc.
 */
void bw_block_holders_report(const struct bw_block_options *options, const char *root);
