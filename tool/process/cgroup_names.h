/* SPDX-License-Identifier: Apache-2.0 */
/* What the name of a cgroup's directory says, as systemd and the managers of containers name them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "process/cgroup.h"

/* Is it the name of one of systemd's units: "cron.service"? Nothing is unescaped. */
bool bw_cgroup_names_is_unit(const char *name, size_t len);

/* The same for "system.slice", which groups units. */
bool bw_cgroup_names_is_slice(const char *name, size_t len);

/*
 * The 64 hex digits of a container's id in a name, as docker, podman, containerd and CRI-O give it, by systemd
 * ("docker-ID.scope") or by themselves ("ID"); NULL: there is none.
 */
const char *bw_cgroup_names_container(const char *name, size_t len);

/* Sets the unit and the container that the path names: the innermost ones, of units one that is no slice if there is.
 */
void bw_cgroup_names_read(struct bw_cgroup *cgroup);
