/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables, constants and string literals of a program. libbcc drops them; but the object file that LLVM made has
 * their sections (compile/object.h).
 */
#pragma once

#include "compile/object.h"

/* ".rodata", ".data", ...: becomes a map with one value. */
struct bw_variables_section {
	size_t index; /* in the object file */
	const char *name;
	const void *content; /* NULL: zeroes */
	uint32_t size;
	uint32_t flags; /* of the map */
};

struct bw_variables {
	const struct bw_object *object;
	struct bw_variables_section *sections;
	uint32_t n;
};

/* Finds those of the object. 0 or -ENOMEM; v is the caller's, for bw_variables_free, and valid as long as the object.
 */
int bw_variables_find(struct bw_variables *v, const struct bw_object *o);
/* The bytes of the largest section. */
uint32_t bw_variables_largest(const struct bw_variables *v);
void bw_variables_free(struct bw_variables *v);

/*
 * insns: the function's, or a copy of them. Makes those that load the address of a variable refer to the map first_map
 * + the index of its section. 0, or -ENOTSUP, reported: one refers to something else than a variable.
 */
int bw_variables_link(const struct bw_variables *v, const struct bw_object_function *f, struct bpf_insn *insns,
		      uint32_t first_map);
