/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <bpf/btf.h>
#include <stdint.h>

/* Types with two functions "f", of which the first is *function; for btf__free. */
struct btf *made_types(uint32_t *function);
