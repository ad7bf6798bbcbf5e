/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions of an ELF file, and their offsets in it. It parses hostile input, so it runs in a sandbox: others use
 * process/symbols.h.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct bw_elf;

/* *elf is the caller's, for bw_elf_free. fd must stay open as long. 0 or -errno: -ENOEXEC if the file is no ELF. */
int bw_elf_read(int fd, struct bw_elf **elf);
void bw_elf_free(struct bw_elf *elf);

/* As bw_symbols_find, bw_symbols_suggest. */
int bw_elf_find(const struct bw_elf *elf, const char *symbol, uint64_t *offset);
void bw_elf_suggest(const struct bw_elf *elf, const char *symbol, char *text, size_t size);

/* The function that is at the offset in the file, and how far in it; NULL: not known. Owned by elf. */
const char *bw_elf_at(const struct bw_elf *elf, uint64_t offset, uint64_t *into);
