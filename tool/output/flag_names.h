/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers that system calls take and return, by the names that programs have for them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The most bytes that a function here writes. */
enum { BW_FLAG_NAMES_MAX = 384, BW_FLAG_NAMES_MODE_LEN = 9 };

/*
 * Each writes names as "O_WRONLY|O_CREAT", without a NUL, and returns how many bytes it wrote. Bits without a name
 * follow in hex; no flags: 0. Of an open's flags O_LARGEFILE is left out, which the kernel adds for each 64-bit
 * program.
 */
size_t bw_flag_names_open(char *dst, uint32_t flags);
size_t bw_flag_names_rename(char *dst, uint32_t flags);
size_t bw_flag_names_fallocate(char *dst, uint32_t flags);

/* PROT_* in the lowest byte, MAP_* from bit FLAGS_MAP_SHIFT on (bpf_src/trace/event.h). */
size_t bw_flag_names_mmap(char *dst, uint32_t flags);

/* `flags` of an event with the operation OP_*: of what kind the operation is, where it has no flags: "hard". */
size_t bw_flag_names_op(char *dst, uint64_t op, uint32_t flags);

/* The permissions as ls(1) has them, "rwxr-sr-t"; BW_FLAG_NAMES_MODE_LEN bytes without a NUL. */
void bw_flag_names_mode(char *dst, uint32_t mode);

/* "file", "directory", "symlink", "fifo", "socket", "char" or "block", by the bits of S_IFMT; else NULL. */
const char *bw_flag_names_type(uint32_t mode);

/* "ENOENT" of 2 (also of numbers that only the kernel itself has); NULL: there is no error of that number. */
const char *bw_flag_names_error(uint64_t error);

/* The number of an error's name, in letters of either case; 0: there is none. */
int bw_flag_names_error_of(const char *name);
