/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of programs and libraries: where they lie in their file. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * The offset in the file of a function, by its name, or by "0x" and that offset itself, of the last segment that can be
 * executed. 0 or -errno: -ENOEXEC if the file is no ELF, -ESRCH if it has no such function, -ERANGE if the offset is in
 * no part that is executed, -ENOTUNIQ if several functions have the name, -ENOTSUP if it only chooses, when the program
 * starts, which of several is called (IFUNC).
 */
int bw_elf_find(const char *path, const char *symbol, uint64_t *offset);

/* Functions with the name in theirs, as many as size takes: "a, b". */
void bw_elf_like(const char *path, const char *symbol, char *like, size_t size);

/* A file's functions by their offsets. */
struct bw_elf;

/* *elf is the caller's, for bw_elf_close. 0 or -errno: -ENOEXEC if the file is no ELF. */
int bw_elf_open(const char *path, struct bw_elf **elf);
void bw_elf_close(struct bw_elf *elf);

/* The function that is at the offset in the file, and how far in it; NULL: not known. Owned by elf. */
const char *bw_elf_at(const struct bw_elf *elf, uint64_t offset, uint64_t *into);
