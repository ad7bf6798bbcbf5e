/* SPDX-License-Identifier: Apache-2.0 */
/* Where the headers of a kernel are, which libbcc compiles against. root is put before every path. */
#pragma once

#include <stddef.h>

/*
 * The header tree of the kernel release (as uname -r prints it), as libbcc looks for it: *path is malloc'd,
 * owned by the caller, without root. 0, -ENOENT if there is none, or -ENOMEM.
 */
int bw_headers_find(const char *root, const char *release, char **path);

/* The command that installs them on this distribution, as os-release names it; a constant format with one %s
 * for the release, or NULL if the distribution is not known. */
const char *bw_headers_package(const char *root);

/* Of which kernel release the headers that belong to the modules of `release` are; "" if they do not contain it. */
void bw_headers_release(const char *root, const char *release, char *text, size_t size);
