/* SPDX-License-Identifier: Apache-2.0 */
/* libbcc's description of a struct, read. */
#pragma once

#include "event/layout.h"

/*
 * Reads what bpf_table_leaf_desc gives (JSON: ["data_t", [["ts","unsigned long long"], ["comm","char",[16]], ...],
 * "struct_packed"], paddings named __pad_N) into a layout, which is the caller's, for bw_describe_free. 0;
 * -EINVAL if it is no struct or not understood; -ENOMEM.
 */
int bw_describe(const char *json, struct bw_layout *layout);
void bw_describe_free(struct bw_layout *layout);
