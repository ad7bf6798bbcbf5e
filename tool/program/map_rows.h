/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of a loaded program's maps. */
#pragma once

#include "output/table.h"
#include "program/load.h"

/* Is it a map whose entries can be read: a hash or array, per CPU or not, a trie, a queue or a stack, and none for
 * variables? */
bool bw_map_rows_can(const struct bw_image_map *map);

/* Is it a queue or a stack? Its keys are 0, 1, ... in the order in which entries are taken out. */
bool bw_map_rows_is_queue(const struct bw_image_map *map);

/* How the map's entries are to be read. Its name and layouts are the image's. */
struct bw_table bw_map_rows_table(const struct bw_loaded *loaded, uint32_t map);

/*
 * Reads all entries, without those of an array that are all zero; those of a queue or a stack are taken out. While
 * programs write, an entry is read once, before or after a change. 0 or -errno; rows is the caller's, for
 * bw_map_rows_free, in either case.
 */
int bw_map_rows_read(const struct bw_loaded *loaded, uint32_t map, const struct bw_table *table,
		     struct bw_table_rows *rows);
void bw_map_rows_free(struct bw_table_rows *rows);

/* Removes those entries, or makes them zero. What was written since they were read is lost, too. 0 or -errno. */
int bw_map_rows_clear(const struct bw_loaded *loaded, uint32_t map, const struct bw_table *table,
		      const struct bw_table_rows *rows);
