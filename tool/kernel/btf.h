/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel tells of its own functions: /sys/kernel/btf/vmlinux. root is put before every path. */
#pragma once

#include <stdint.h>

/* The number of a function, by which programs are bound to it. 0, or -ENOENT: it has none of that name, or no BTF. */
int bw_btf_function(const char *root, const char *name, uint32_t *id);
