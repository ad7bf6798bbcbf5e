/* SPDX-License-Identifier: Apache-2.0 */
/* Files beside the running program, or in the PREFIX it is installed under. */
#pragma once

/*
 * Finds, from /proc/self/exe, the file or directory `beside` the program's own directory (a build tree) or, for a
 * program in PREFIX/bin or PREFIX/sbin, `under` PREFIX. *path is malloc'd and the caller's. 0, -ENOENT, -ENOMEM.
 */
int bw_installed_find(const char *beside, const char *under, char **path);
