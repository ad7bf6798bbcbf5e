/* SPDX-License-Identifier: Apache-2.0 */
/* Which processes run a program already. */
#pragma once

#include <stddef.h>

/*
 * Reports on stderr which processes run one of the n programs and can't be excepted for that: of one that began before
 * its execve(2) was watched, only root's, outside of user namespaces, could not have had it changed what the kernel
 * takes for its program (prctl(PR_SET_MM)).
 */
void bw_executing_warn(const char *const *programs, size_t n);
