/* SPDX-License-Identifier: Apache-2.0 */
/* What a program has learned while it enforced its rules, for one that takes over. */
#pragma once

#include "enforce/enforcement.h"

/*
 * Protects what `from` has learned: files and directories that were moved or linked away from a protected place, or
 * that were at a protected path. kept: the bits of its policies, or ACCESS_*, whose rules are still there. Both enforce
 * their rules. 0; -E2BIG, silently; or -errno, reported.
 */
int bw_learned_files_copy(struct bw_enforcement *enforcement, const struct bw_enforcement *from, uint32_t kept);

/*
 * Who executes a named program, and whose child is whose, as `from` knows it: where both name the same by different
 * bits. What fails leaves a process unknown until its next execve(2).
 */
void bw_learned_files_copy_subjects(struct bw_enforcement *enforcement, const struct bw_enforcement *from);
