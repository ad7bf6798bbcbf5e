/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The maps of block.c in memory, with a program that learns which file bccwatch has just opened, as the one in the
 * kernel does: by the numbers of stat(2), and an address that is made of the inode's number.
 */
#pragma once

#include <stdbool.h>

#include "enforce/enforcement.h"
#include "tests/unit/fake_bpf.h"

extern struct fake rule_maps;
extern struct bw_enforcement guard;

/* Fixtures: guard has no rules yet, and all maps are empty. */
int make_rule_maps(void **state);
int free_rule_maps(void **state);

/* How often the program was asked what it has learned, since the maps were made. */
extern unsigned times_learned;

/* From here on the program learns nothing: something else is opened than what is asked for. */
void learn_nothing(void);

/* What the program learns of the file. */
struct file_id id_of(const char *path);

bool has_name(const char *directory, const char *name); /* "": in any directory */
bool has_file(const char *path);
bool has_dir(const char *path);
uint32_t count_of(const char *map);
