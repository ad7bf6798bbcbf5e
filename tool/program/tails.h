/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tail calls: which functions of a source stand in its tables of programs, BPF_PROG_ARRAY, for TABLE.call(ctx, INDEX).
 * They are loaded for the hook of a program that calls by the table.
 */
#pragma once

#include "program/load.h"

struct bw_plan_tail {
	char *table, *function; /* owned */
	uint32_t index;
	uint32_t map, program; /* in the image, from bw_tails_complete on */
};

/*
 * Adds "TABLE:INDEX=FUNCTION". 0; -EINVAL with *why a constant that says what it should be; or -ENOMEM.
 */
int bw_tails_add(struct bw_plan *plan, const char *spec, const char **why);

/*
 * Finds their tables and programs in the image. 0, or -ENOENT or -EINVAL, reported: there is no such table, function or
 * index; nothing is put into a table.
 */
int bw_tails_complete(struct bw_plan *plan, const struct bw_image *image);

/* Is the function in a table? */
bool bw_tails_have(const struct bw_plan *plan, const char *function);

/* Loads the function like the binding's. 0 or -errno, reported. */
typedef int bw_tails_load(void *cookie, const struct bw_plan_binding *binding);

/* Loads those that are not, by `load`, and puts all into their tables. 0 or -errno, reported. */
int bw_tails_fill(const struct bw_loaded *loaded, bw_tails_load *load, void *cookie);

void bw_tails_free(struct bw_plan *plan);
