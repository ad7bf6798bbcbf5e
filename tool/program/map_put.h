/* SPDX-License-Identifier: Apache-2.0 */
/* Entries that a user gives to the maps of a program, as a script of BCC would. */
#pragma once

#include "program/load.h"

/*
 * "MAP:KEY=VALUE" or "MAP KEY=VALUE", as output/value_parse.h has them; the key of a trie as output/prefix.h writes it;
 * of a per-CPU map each CPU gets the value. 0, or -ENOENT, -EINVAL or another -errno, reported.
 */
int bw_map_put(const struct bw_loaded *loaded, const char *spec);
