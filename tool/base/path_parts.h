/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as text. What is returned is malloc'd, the caller's; NULL: there is no memory, or what is said. */
#pragma once

#include <stddef.h>

/* A path that begins with / or is relative to the current directory. NULL: errno has the reason. */
char *bw_path_parts_absolute(const char *path);

/*
 * Of a path that has a slash: without slashes at its end. NULL, too: it has no last component of its own (it ends with
 * `.` or `..`, or is the root), or one of more than 255 bytes.
 */
char *bw_path_parts_trim(const char *path);

/* The path's last component, in it, and the directory before it, with its slash, in *dir. The path has a slash. */
const char *bw_path_parts_split(const char *path, char **dir);

/* Where the symlink at `path`, whose text is `to`, leads to. */
char *bw_path_parts_follow(const char *path, const char *to);

/*
 * Writes the absolute path of len bytes without `.`, `..` and doubled slashes to dst, which has room for as many and
 * may be the same, and returns how many it has then. Symlinks are not looked at.
 */
size_t bw_path_parts_normalize(char *dst, const char *path, size_t len);
