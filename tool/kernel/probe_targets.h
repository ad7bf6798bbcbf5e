/* SPDX-License-Identifier: Apache-2.0 */
/* All that a kernel lets be probed. root is put before every path. */
#pragma once

#include <stdbool.h>

struct btf;

struct bw_probe_targets_kind {
	const char *kind; /* "kprobe" */
	bool needs_btf;
	/* Calls `found` with each name, which lives until the next. btf: the kernel's, or NULL. 0 or -errno. */
	int (*each)(const char *root, const struct btf *btf, void (*found)(void *cookie, const char *name),
		    void *cookie);
};

/* kprobe, tracepoint (CATEGORY:NAME), lsm and fentry; ends with a kind of NULL. */
extern const struct bw_probe_targets_kind bw_probe_targets_kinds[];
