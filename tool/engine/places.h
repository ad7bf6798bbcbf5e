/* SPDX-License-Identifier: Apache-2.0 */
/* What the rules mean in terms of files, folders and names in them. */
#pragma once

#include "engine/guard.h"

/* Gives the program all rules, while it is in MODE_LEARN. 0 or -errno, reported on stderr. */
int bw_places_guard(struct bw_guard *guard);

/* How many files beneath the rules' folders have several links: each needs a place in the map `files`. */
size_t bw_places_linked(struct bw_guard *guard);
