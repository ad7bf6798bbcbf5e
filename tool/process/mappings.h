/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of files that a process executes, from /proc/PID/maps: read in a sandbox, as the process chooses the names
 * in it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/sandbox.h"

enum { BW_MAPPING_NAME = 256 };

struct bw_mapping {
	uint64_t from, to, offset;
	char name[BW_MAPPING_NAME]; /* the file's, without its directories; cut off where it is longer */
};

/* Opens the mappings of a process in a sandbox, with root before /proc. As bw_sandbox_start. */
int bw_mappings_start(struct bw_sandbox *box, const char *root, pid_t pid, struct bw_sandbox_strays *strays,
		      struct bw_deadline *deadline);

/* The one that the address is in. 0, -ENOENT if it is in none, or as bw_sandbox_ask. */
int bw_mappings_at(struct bw_sandbox *box, uint64_t address, struct bw_deadline *deadline, struct bw_mapping *mapping);

/* What runs in the sandbox. */
struct bw_mappings {
	struct bw_mappings_part {
		uint64_t from, to, offset;
		size_t name; /* where it begins in names */
	} * parts;	     /* n, by address */
	size_t n, room;
	char *names;
	size_t names_len, names_room;
};

/* Reads all of the open file. 0 or -errno; mappings is the caller's, for bw_mappings_free, also after a failure. */
int bw_mappings_read(int fd, struct bw_mappings *mappings);
void bw_mappings_free(struct bw_mappings *mappings);

/* NULL: the address is in none. */
const struct bw_mappings_part *bw_mappings_find(const struct bw_mappings *mappings, uint64_t address);
