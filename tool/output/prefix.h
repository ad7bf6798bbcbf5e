/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of an LPM trie, which are prefixes of addresses or of other bytes (struct bpf_lpm_trie_key): as text,
 * 10.0.0.0/8, 2001:db8::/32 or, where there are neither 4 nor 16 bytes, 0x0a00/9.
 */
#pragma once

#include "output/table.h"

/* Writes the text and a NUL to dst, which has bw_prefix_longest(size) bytes. size: of the key, at least 5. */
void bw_prefix_put(char *dst, const void *key, size_t size);
size_t bw_prefix_longest(size_t size);

/*
 * Reads such a text into the key, of which `size` counts. 0, or -EINVAL with *why, a constant that says what is wanted.
 */
int bw_prefix_parse(const char *text, void *key, size_t size, const char **why);

/* The same table, whose keys are that text; `text` is its field, and lives as long as the table. */
struct bw_table bw_prefix_table(const struct bw_table *table, struct bw_layout_field *text);

/* Its rows, as new ones, whose bytes are the caller's. 0 or -ENOMEM. */
int bw_prefix_rows(const struct bw_table *from, const struct bw_table_rows *rows, const struct bw_table *to,
		   struct bw_table_rows *texts);
