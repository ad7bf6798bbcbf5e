/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/*
 * Writes an ELF file below the root: two executed parts of `size` bytes at these offsets, and a function "sizeless" of
 * no size at the beginning of the first.
 */
void put_made_elf(const char *path, uint64_t first, uint64_t second, uint64_t size);
