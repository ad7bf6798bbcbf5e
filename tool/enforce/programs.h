/* SPDX-License-Identifier: Apache-2.0 */
/* The programs that are excepted (--except-exe): from their paths to the maps of bpf_src/block/exceptions.h. */
#pragma once

#include "enforce/enforcement.h"

/* 0; or -errno, reported, for what is no program, or a script, of which the kernel sees the interpreter alone. */
int bw_programs_check(const struct bw_enforcement *enforcement);

/*
 * Gives the attached program the paths; from here on it knows who executes what is there, and of what runs already,
 * what the kernel says that it is. Where enforcement->started says that this is known, nothing is done. 0 or -errno,
 * reported.
 */
int bw_programs_except(struct bw_enforcement *enforcement);
void bw_programs_free(struct bw_enforcement *enforcement);
