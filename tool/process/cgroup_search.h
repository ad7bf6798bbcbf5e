/* SPDX-License-Identifier: Apache-2.0 */
/* All cgroups of a path, a unit or a container. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum bw_cgroup_search_kind { BW_CGROUP_PATH, BW_CGROUP_UNIT, BW_CGROUP_CONTAINER, BW_CGROUP_KINDS };

struct bw_cgroup_search_found {
	uint64_t id;
	char *path; /* of its directory, from the root directory on; owned */
};

/*
 * The cgroups of that name, *n of them, in *found, which is malloc'd and the caller's, for bw_cgroup_search_free. As
 * process/cgroup.h for root; a container's name may be NULL, for all of them: a path, a unit and a container. 0, also
 * if there are none, or -errno.
 */
int bw_cgroup_search(const char *root, enum bw_cgroup_search_kind kind, const char *name,
		     struct bw_cgroup_search_found **found, size_t *n);
void bw_cgroup_search_free(struct bw_cgroup_search_found *found, size_t n);
