/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that execute a program since before the start. */
#pragma once

#include <stddef.h>

/*
 * Reports the processes that execute one of the n programs and can't be excepted: one that began before its execve(2)
 * was watched could have changed what the kernel takes for its program (prctl(PR_SET_MM)), unless it is root's, outside
 * of user namespaces.
 */
void bw_executing_warn(const char *const *programs, size_t n);
