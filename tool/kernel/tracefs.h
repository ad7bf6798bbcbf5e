/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's tracepoints, from tracefs. root is put before every path: "" for the running system. */
#pragma once

#include <stddef.h>

/* Where tracefs is mounted, without root, as a constant; NULL if it is not. */
const char *bw_tracefs_find(const char *root);

/* 0 if the kernel has the tracepoint; -ENOENT if not; -ENODEV if tracefs is not mounted. */
int bw_tracefs_tracepoint(const char *root, const char *category, const char *name);

/* Tracepoints with a similar name: "a:b, a:c", as much as size bytes take; "" if there are none. */
void bw_tracefs_suggest(const char *root, const char *category, const char *name, char *text, size_t size);
