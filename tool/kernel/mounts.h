/* SPDX-License-Identifier: Apache-2.0 */
/* What is mounted where, as this process sees it. */
#pragma once

#include <stdio.h>

struct bw_mounts {
	FILE *file;
	char *line;
	size_t size;
};

/* Opens /proc/self/mountinfo (proc(5)) below root. 0 or -errno; mounts is the caller's, for bw_mounts_close. */
int bw_mounts_open(const char *root, struct bw_mounts *mounts);

/* The next mount's point, which lives until the next call; NULL behind the last. */
const char *bw_mounts_next(struct bw_mounts *mounts);

void bw_mounts_close(struct bw_mounts *mounts);
