/* SPDX-License-Identifier: Apache-2.0 */
/* What a program has learned while it enforced its rules, for one that takes over. */
#pragma once

#include "enforce/enforcement.h"

/*
 * Protects what `from` has learned: files and directories that were moved or linked away from a protected place, or
 * that were at a protected path. Both enforce their rules. 0; -E2BIG, silently; or -errno, reported.
 */
int bw_learned_files_copy(struct bw_enforcement *enforcement, const struct bw_enforcement *from);
