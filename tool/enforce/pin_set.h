/* SPDX-License-Identifier: Apache-2.0 */
/* A generation of rules as it is pinned: a directory gN with the maps, what attaches the programs, and the rules' text.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "enforce/pin_programs.h"
#include "program/attach.h"
#include "program/image.h"
#include "program/load.h"

/* Start with zeroes. */
struct bw_pin_set {
	struct bw_image image; /* names and types of the maps */
	struct bw_loaded loaded;
	char *text; /* of len bytes, and a NUL */
	size_t len;
};

/* The number of the directory of that name; 0: it is no generation's. */
uint64_t bw_pin_set_number(const char *name);

/*
 * Pins attached programs as this generation in the directory. 0, or -errno, reported: then nothing of it is left.
 */
int bw_pin_set_put(int dir, uint64_t generation, const struct bw_loaded *loaded, const struct bw_attached *attached,
		   const char *text, size_t len);

/* Opens a generation. 0 or -errno, reported; free it in either case. */
int bw_pin_set_open(struct bw_pin_set *set, int dir, uint64_t generation);
void bw_pin_set_free(struct bw_pin_set *set);

/* What is attached ends soon, where no process has it, too: programs, to which it is added. 0 or -errno, reported. */
int bw_pin_set_remove(int dir, uint64_t generation, struct bw_pin_programs *programs);
