/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the rules hold is tried while they do: this process opens a file of its own that the program denies to it. */
#pragma once

#include "enforce/enforcement.h"

/* Makes the file, and has the program deny it. The rules are enforced. 0 or -errno, reported. */
int bw_self_test_prepare(struct bw_enforcement *enforcement);

/* 0: it is denied; -ENOTSUP, silently: it is not. */
int bw_self_test_run(const struct bw_enforcement *enforcement);
