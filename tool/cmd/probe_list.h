/* SPDX-License-Identifier: Apache-2.0 */
/* bccwatch probe --list. */
#pragma once

#include <stdbool.h>

struct btf;

/*
 * Prints what can be probed and matches the pattern (fnmatch(3)), which may begin with kprobe:, tracepoint:, lsm: or
 * fentry:; or how many of each kind that are. btf: the kernel's, or NULL. BW_EXIT_OK, or BW_EXIT_FAILED if there are
 * none, or a list can't be read, which is reported.
 */
int bw_probe_list_print(const char *root, const struct btf *btf, const char *pattern, bool count, bool as_json);
