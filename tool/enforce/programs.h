/* SPDX-License-Identifier: Apache-2.0 */
/* The programs of --except-exe, and those that rules name: from their paths to the maps of bpf_src/block/subjects.h. */
#pragma once

#include <limits.h>

#include "enforce/enforcement.h"

/*
 * 0: a program is there; 1: a script, whose interpreter is in the text, up to the first space; -ENOEXEC: no file that
 * could be one; or another -errno.
 */
int bw_programs_interpreter(const char *exe, char interpreter[PATH_MAX]);

/* 0; or -errno, reported, for what is no program, or a script, of which the kernel sees the interpreter alone. */
int bw_programs_check(struct bw_enforcement *enforcement);

/* How many there are. */
size_t bw_programs_count(const struct bw_enforcement *enforcement);

/*
 * Gives the attached program the paths; from here on it knows who executes what is there, and of what runs already,
 * what the kernel says that it is. Where enforcement->started says that this is known, nothing is done. 0 or -errno,
 * reported.
 */
int bw_programs_add(struct bw_enforcement *enforcement);
void bw_programs_free(struct bw_enforcement *enforcement);
