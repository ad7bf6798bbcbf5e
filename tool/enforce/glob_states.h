/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns of names (base/glob.h) as the deterministic automaton that bpf_src/block/globs.h runs: each byte of a name
 * is one step, however many patterns there are.
 */
#pragma once

#include <stddef.h>

#include "base/glob.h"
#include "bpf_src/block/glob_state.h"

struct bw_glob_states {
	struct glob_state *states; /* n, owned; the first is where a name begins */
	size_t n;
};

/*
 * The states for n patterns, GLOBS_MAX at most, of names: the bit 1 << i is that of globs[i]. They match what
 * bw_glob_match does. 0; -E2BIG: these patterns need more than GLOB_STATES_MAX states; or -ENOMEM. Free it in any case.
 */
int bw_glob_states_make(struct bw_glob_states *states, const struct bw_glob *globs, size_t n);
void bw_glob_states_free(struct bw_glob_states *states);

/* The patterns that match, a bit each: as the program finds them, for tests and explanations. */
uint64_t bw_glob_states_match(const struct bw_glob_states *states, const char *name, size_t len);
