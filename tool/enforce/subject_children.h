/* SPDX-License-Identifier: Apache-2.0 */
/* The processes that rules name by `children`, with those that descend from them, in the map of that name. */
#pragma once

#include "enforce/enforcement.h"

/*
 * Adds the process and its descendants, as they are now; the attached program adds those that come. 0 or -errno,
 * reported: -ESRCH if there is no such process.
 */
int bw_subject_children_add(struct bw_enforcement *enforcement, uint32_t pid, const struct subject *subject);
