/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables, constants and string literals of a program. libbcc drops them; but LLVM registers the object file that
 * it made of the program for debuggers, by the interface that GDB reads (__jit_debug_descriptor): it has their sections
 * and which instructions refer to them.
 */
#pragma once

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

/* ".rodata", ".data", ...: becomes a map with one value. */
struct bw_variables_section {
	size_t index; /* in the object file */
	const char *name;
	const void *content; /* NULL: zeroes */
	uint32_t size;
	uint32_t flags; /* of the map */
};

struct bw_variables {
	void *elf; /* the object file; NULL: LLVM has not registered any */
	struct bw_variables_section *sections;
	uint32_t n;
};

/* Finds the object file of the program that was compiled last. 0 or -ENOMEM; v is the caller's, for bw_variables_free,
 * and valid as long as libbcc's module. */
int bw_variables_find(struct bw_variables *v);
/* The bytes of the largest section. */
uint32_t bw_variables_largest(const struct bw_variables *v);
void bw_variables_free(struct bw_variables *v);

/*
 * Makes the function's instructions that load the address of a variable refer to the map first_map + the index of its
 * section. 0, or -ENOTSUP, reported: one refers to something else than a variable.
 */
int bw_variables_link(struct bw_variables *v, const char *function, struct bpf_insn *insns, uint32_t n,
		      uint32_t first_map);
