/* SPDX-License-Identifier: Apache-2.0 */
/* How trace learns which file a path is, as the kernel has it: it opens the path, and its program notes which it was.
 */
#pragma once

#include "cmd/trace_targets.h"
#include "program/map_entries.h"

/* The map in which it stands, of one entry. */
extern const struct bw_map_entries bw_trace_learn_own_open;

/*
 * Which file the path is, and in *mode of what type; *noted is empty where the paths are only checked. Opened by this
 * process (by_self) or by the other one (cmd/trace_opener.h). Sets filter->self to 0. 0 or -errno: -EBUSY if another
 * process is in the way, -EOPNOTSUPP if the program sees nothing.
 */
int bw_trace_learn(struct bw_trace_targets *targets, bool by_self, const char *path, struct own_open *noted,
		   uint32_t *mode);

/* Writes targets->filter to its map. 0 or -errno. */
int bw_trace_learn_set_filter(struct bw_trace_targets *targets);
