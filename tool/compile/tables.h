/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which tables instructions refer to. While libbcc compiles, a table has a negative number, -1 for the first; then it
 * creates the maps, from the lowest number on, and puts their descriptors into its copies of the programs, but not of
 * the functions that these call. The kernel counts the maps that it creates: so their order says which number was
 * whose. (bpf_module.cc of libbcc 0.18 to 0.35.)
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "compile/object.h"

struct bw_tables {
	void *module;
	int32_t *numbers; /* of each table; NULL: it is not known */
	size_t n;
};

/*
 * o: the module's object. Where the copies of the programs do not agree with it, the numbers are not known. 0 or
 * -ENOMEM; t is the caller's, for bw_tables_free.
 */
int bw_tables_find(struct bw_tables *t, void *module, const struct bw_object *o);
void bw_tables_free(struct bw_tables *t);
/* The index of the table with that descriptor, or that number; the count of the tables: there is none. */
size_t bw_tables_by_fd(const struct bw_tables *t, int fd);
size_t bw_tables_by_number(const struct bw_tables *t, int32_t number);
