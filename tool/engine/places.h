/* SPDX-License-Identifier: Apache-2.0 */
/* What the rules mean in terms of files, directories and names in them. */
#pragma once

#include "engine/guard.h"

/*
 * Gives the program all rules, while it is in MODE_LEARN. 0 or -errno, reported on stderr, but for -E2BIG: a map is
 * full.
 */
int bw_places_guard(struct bw_guard *guard);

/* 0; or -errno, reported, for what is no directory, or no file's path. */
int bw_places_check(struct bw_guard *guard);
