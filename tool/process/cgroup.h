/* SPDX-License-Identifier: Apache-2.0 */
/* STUB, to be replaced: only what cmd/trace_cgroups.c needs. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum bw_cgroup_kind { BW_CGROUP_PATH, BW_CGROUP_UNIT, BW_CGROUP_CONTAINER };

struct bw_cgroup_found {
	uint64_t id;
	char *path; /* of its directory, from the root directory on; owned */
};

/*
 * The cgroups of that path (below the cgroup file system's root), unit or container, *n of them, in *found, which is
 * malloc'd and the caller's, for bw_cgroup_free. root is put before /sys/fs/cgroup. 0, also if there are none, or
 * -errno.
 */
int bw_cgroup_find(const char *root, enum bw_cgroup_kind kind, const char *name, struct bw_cgroup_found **found,
		   size_t *n);
void bw_cgroup_free(struct bw_cgroup_found *found, size_t n);
