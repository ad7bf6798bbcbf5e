/* SPDX-License-Identifier: Apache-2.0 */
/* What is to come to be at a path, directory by directory, in the maps of bpf_src/block/waiting.h. */
#pragma once

#include "enforce/enforcement.h"

/*
 * The program waits, in the directory `dir` (a descriptor, the caller's), for `rest`, which is relative and does not
 * exist: with the access, or the pattern, of the rule at hand. 0; -E2BIG, silently: a map is full; -ENOENT: it has
 * ".."; or -errno.
 */
int bw_waiting_steps_put(struct bw_enforcement *enforcement, int dir, const char *rest, enum bw_rule_kind kind);
