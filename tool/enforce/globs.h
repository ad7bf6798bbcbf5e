/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules' patterns of names, in the maps of bpf_src/block/globs.h. A pattern's number is its place among the rules
 * that have one.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/glob.h"
#include "bpf_src/block/glob_state.h"
#include "enforce/glob_states.h"
#include "enforce/rules.h"

struct bw_enforcement;

struct bw_globs {
	struct bw_glob *compiled; /* n, owned */
	size_t n;
	struct bw_glob_states states;
	struct globs set; /* as it is to be written */
};

/* Makes the states. 0 or -errno, reported. Free them in either case. */
int bw_globs_make(struct bw_globs *globs, const struct bw_rules *rules);
void bw_globs_free(struct bw_globs *globs);

/* A pattern of any directory, which denies these accesses (as in the map `names`). */
void bw_globs_add_name(struct bw_globs *globs, size_t number, uint32_t access);

/*
 * A pattern in a directory, a descriptor that may be open with O_PATH and stays the caller's: denies the accesses, and
 * protects the files that match, and what root's symlinks that match lead to. `path` is
 * for messages. 0; -E2BIG, silently: a map is full; or -errno.
 */
int bw_globs_protect_in(struct bw_enforcement *enforcement, size_t number, int dir, const char *path);

/* Writes states and patterns to the program. As above. */
int bw_globs_put(struct bw_enforcement *enforcement);
