/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's names of its functions: /proc/kallsyms. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bw_suggestions;

/* How many functions have each of n names. 0 or -errno. root is put before the path. */
int bw_kallsyms_count(const char *root, const char *const *names, uint32_t *counts, size_t n);

struct bw_kallsyms_symbol {
	const char *name, *module; /* module: "", if it is in none; both live until the next */
	uint64_t address;	   /* 0: hidden from this process */
	char type;		   /* t, T, w or W: nm(1) */
	bool is_init;		   /* it ran at boot, and its memory was given back */
};

/* Calls `found` with each function that has one of the n names: its index, and the function; names NULL: with all. 0
 * or -errno. */
int bw_kallsyms_find(const char *root, const char *const *names, size_t n,
		     void (*found)(void *cookie, size_t i, const struct bw_kallsyms_symbol *symbol), void *cookie);

/* Offers all functions to the suggestions for a name. Nothing is offered if the list can't be read. */
void bw_kallsyms_suggest(const char *root, struct bw_suggestions *suggestions);

/* Addresses and their names. */
struct bw_kallsyms;

/* Reads all functions. *symbols is the caller's, for bw_kallsyms_free. 0 or -errno: -EPERM if addresses are hidden. */
int bw_kallsyms_read(const char *root, struct bw_kallsyms **symbols);
void bw_kallsyms_free(struct bw_kallsyms *symbols);

/* The function that the address is in, and how far; NULL if there is none. Owned by symbols. */
const char *bw_kallsyms_at(const struct bw_kallsyms *symbols, uint64_t address, uint64_t *offset);
