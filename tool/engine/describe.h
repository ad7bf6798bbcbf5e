/* SPDX-License-Identifier: Apache-2.0 */
/* What clang knows of a type, as BTF, read into a layout. */
#pragma once

#include <bpf/btf.h>
#include <stdint.h>

#include "event/layout.h"

/*
 * The layout of the type with the number id, which is a struct, union, or (a single field without a name) anything
 * else that has a size. It is the caller's, for bw_describe_free. 0; -EINVAL if the type has no size, is larger than an
 * event, nests too deeply, or is a char; -ENOMEM.
 */
int bw_describe(const struct btf *btf, uint32_t id, struct bw_layout *layout);

/* The layout of the values of a map that libbcc made, from the BTF that it gave the kernel. -ENOENT: it gave none. */
int bw_describe_map(int map, struct bw_layout *layout);

void bw_describe_free(struct bw_layout *layout);
