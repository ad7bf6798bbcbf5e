/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The object file that LLVM made of a program. libbcc keeps the code of the functions that are programs, and drops the
 * rest; but LLVM registers the object file for debuggers, by the interface that GDB reads (__jit_debug_descriptor): it
 * has all functions, all variables, and which instructions refer to them.
 */
#pragma once

#include <gelf.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bw_object {
	Elf *elf;	   /* NULL: LLVM has not registered any */
	Elf_Data *symbols; /* NULL: it has none */
	size_t names;	   /* the section of the symbols' names */
};

/* As LLVM made it: what refers to something else is not linked. */
struct bw_object_function {
	const char *name;
	size_t section;
	uint64_t offset; /* in the section's bytes */
	const struct bpf_insn *insns;
	uint32_t n;
};

/* What an instruction refers to. */
struct bw_object_reference {
	uint32_t type; /* R_BPF_* */
	size_t section;
	uint64_t offset; /* in the section's bytes, of the symbol */
	const char *name;
};
enum { BW_R_BPF_64_64 = 1, BW_R_BPF_64_32 = 10 };

/* Finds that of the program that was compiled last. o is the caller's, for bw_object_free, and what is found in it is
 * valid as long as both it and libbcc's module. */
void bw_object_find(struct bw_object *o);
void bw_object_free(struct bw_object *o);
/* False: there is none. */
bool bw_object_function(const struct bw_object *o, const char *name, struct bw_object_function *f);
bool bw_object_function_at(const struct bw_object *o, size_t section, uint64_t offset, struct bw_object_function *f);
/* What the function's instruction of that index refers to. False: to nothing. */
bool bw_object_reference(const struct bw_object *o, const struct bw_object_function *f, uint32_t insn,
			 struct bw_object_reference *reference);
