/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directories above what is protected: if one of them had another name, or something was mounted on it, the path
 * would lead elsewhere. They stand in the map `ancestors` with what is denied of them themselves.
 */
#pragma once

#include "enforce/enforcement.h"

/*
 * Protects this directory and those above it, symlinks followed, but not the root. Nothing where nothing is denied of
 * them. 0; -E2BIG, silently: the map is full; or -errno, reported.
 */
int bw_ancestors_protect(struct bw_enforcement *enforcement, const char *directory);

/* Forgets which ones are known. */
void bw_ancestors_free(struct bw_enforcement *enforcement);
