/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The rules' patterns of names, as bccwatch gives them to the program: a state for each set of ways in which the text
 * so far can be continued to a match. From the state 0 on, each byte leads to the next state.
 */
#pragma once

#include <linux/types.h>

enum { GLOBS_MAX = 64, GLOB_STATES_MAX = 4096 };

/* An entry of the map `glob_states`, by its number. */
struct glob_state {
	__u64 found; /* the patterns that the text matches if it ends here, a bit each */
	__u16 next[256];
};

/* The entry of the map `globs`. */
struct globs {
	__u64 anywhere;		 /* the patterns of names; the others hold in the directories of `glob_dirs` alone */
	__u32 access[GLOBS_MAX]; /* what each denies, as in the map `names` */
};

_Static_assert(sizeof(struct glob_state) == 520, "the same on both sides");
_Static_assert(sizeof(struct globs) == 264, "the same on both sides");
