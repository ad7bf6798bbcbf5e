/* SPDX-License-Identifier: Apache-2.0 */
/* A directory that stands for a root: made before a test and removed after it. */
#pragma once

#include "tests/unit/unit.h"

extern char root[];

/* Fixtures of a test. */
int make_root(void **state);
int remove_root(void **state);

/* Writes a file below the root, and the directories above it. */
void put(const char *path, const char *text);
void put_bytes(const char *path, const void *bytes, size_t len);

/* The path below the root, in one of a few static buffers that take turns. */
const char *below(const char *path);

void remove_file(const char *path);

#define IN_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)
