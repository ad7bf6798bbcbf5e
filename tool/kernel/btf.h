/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel tells of its own types and functions. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct btf;

#define BW_BTF_PATH "/sys/kernel/btf/vmlinux"

/*
 * Reads the BTF in the file at path: some megabytes, the caller's, for bw_btf_close. 0 or -errno: -ENOENT if there is
 * no such file, -EINVAL if this libbpf does not understand it.
 */
int bw_btf_open(const char *path, struct btf **btf);
void bw_btf_close(struct btf **btf);

/* The number of a function, by which programs are bound to it. 0, or -ENOENT: it has none of that name. */
int bw_btf_function(const struct btf *btf, const char *name, uint32_t *id);

/* How many parameters the function has. Or -errno, also as above. */
int bw_btf_parameters(const struct btf *btf, const char *name);

/* Is what libbpf returned none? It is NULL, or, before libbpf 1.0, an error as a pointer. */
bool bw_btf_is_error(const void *p);
