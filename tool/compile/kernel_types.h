/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's types as C, from its own BTF: what a program compiles against where there are no kernel headers. */
#pragma once

#include <stdio.h>

struct bw_tokens_set;

/*
 * Writes those types that a program of these words can use, and what they need, as C declarations, from the BTF in the
 * file at path (BW_BTF_PATH). 0 or -errno: -ENOENT if there is no such file, -EINVAL if this libbpf does not
 * understand it.
 */
int bw_kernel_types_write(const char *path, const struct bw_tokens_set *words, FILE *out);
