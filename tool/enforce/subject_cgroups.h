/* SPDX-License-Identifier: Apache-2.0 */
/* The cgroups of rules' units, cgroups and containers, in the map `cgroups` of bpf_src/block/maps.h. */
#pragma once

#include "enforce/enforcement.h"

/* Entries of the map: a template's instances, nested ones. */
enum { BW_SUBJECT_CGROUPS_MAX = 4096 };

/* Does some rule name one? policies may be NULL. */
bool bw_subject_cgroups_any(const struct bw_policies *policies);

/* Fills the map. A unit or container that is not there yet is looked for. 0 or -errno, reported. */
int bw_subject_cgroups_start(struct bw_enforcement *enforcement);

/* Brings the map up to date; to be called about once a second. What fails is reported. */
void bw_subject_cgroups_update(struct bw_enforcement *enforcement);
void bw_subject_cgroups_free(struct bw_enforcement *enforcement);
