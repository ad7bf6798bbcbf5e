/* SPDX-License-Identifier: Apache-2.0 */
/* From the rules to the files, directories and names in directories that they mean. */
#pragma once

#include "enforce/enforcement.h"

/*
 * Gives the program all rules, while it is in MODE_LEARN. 0 or -errno, reported on stderr, but for -E2BIG: a map is
 * full.
 */
int bw_targets_protect(struct bw_enforcement *enforcement);

/* 0; or -errno, reported, for what is no directory, or no file's path. */
int bw_targets_check(struct bw_enforcement *enforcement);
