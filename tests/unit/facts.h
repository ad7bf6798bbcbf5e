/* SPDX-License-Identifier: Apache-2.0 */
/* The facts of real kernels, as tests/fixtures/facts.sh prints them. */
#pragma once

/*
 * Lays the facts of each kernel out below the root, one after the other, and calls `check` with its name and what
 * attaching gave there, lines of "kprobe NAME ERROR".
 */
void each_kernel(void (*check)(const char *kernel, const char *truth));
