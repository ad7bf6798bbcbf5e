/* SPDX-License-Identifier: Apache-2.0 */
/* Which functions a kprobe can override, so that they return an error and do nothing: bpf_override_return. */
#pragma once

#include <stddef.h>

/* The kernel's list of them; below debugfs. */
#define BW_OVERRIDE_LIST "/sys/kernel/debug/error_injection/list"

/*
 * Has this kernel bpf_override_return (CONFIG_BPF_KPROBE_OVERRIDE)? Found out by loading a program that calls it, which
 * is attached to nothing. 0; -ENOTSUP if not; or -errno.
 */
int bw_error_injection_supported(void);

/*
 * Is the function on the list? 1; 0 with, in similar, those on the list with a similar name: "a, b", as much as size
 * bytes take; or -errno: -ENOENT if there is no list. root is put before the path.
 */
int bw_error_injection_listed(const char *root, const char *function, char *similar, size_t size);
