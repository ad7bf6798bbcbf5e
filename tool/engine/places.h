/* SPDX-License-Identifier: Apache-2.0 */
/* What the rules mean in terms of files, folders and names in them. */
#pragma once

#include "engine/guard.h"

/* Gives the program all rules, while it is in MODE_LEARN. 0 or -errno, reported on stderr. */
int bw_places_guard(struct bw_guard *guard);

/*
 * How many places in folders the rules' paths lead through, symlinks followed, and how many files beneath their folders
 * have several links: each needs an entry, in the map `names` or `files`. 0; or -errno, reported, for what is no
 * folder, or no file's path.
 */
int bw_places_count(struct bw_guard *guard);
