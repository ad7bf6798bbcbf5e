/* SPDX-License-Identifier: Apache-2.0 */
/* The processes that rules name by `children`, with those that descend from them, in the map of that name. */
#pragma once

#include "enforce/enforcement.h"

/*
 * Adds the process and its descendants, as they are now; the attached program adds those that come. A process that the
 * enforcement before named and that has ended since is left out, whoever has its number. 0 or -errno, reported: -ESRCH
 * if there is no such process.
 */
int bw_subject_children_add(struct bw_enforcement *enforcement, uint32_t pid, const struct subject *subject);

/* There was no room for a process: rules that name it by `only` hold for all from now on. 0 or -errno, reported. */
int bw_subject_children_miss(struct bw_enforcement *enforcement, const struct subject *subject);

/* Was there no room for a process that a rule names with `only`? Then this is reported, once: such rules hold for all.
 */
void bw_subject_children_update(struct bw_enforcement *enforcement);
