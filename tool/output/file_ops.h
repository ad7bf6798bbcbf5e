/* SPDX-License-Identifier: Apache-2.0 */
/* STUB, to be replaced: only what the options of trace need. */
#pragma once

#include <stdint.h>

#define BW_FILE_OPS_WORDS                                                                                             \
	"open create read write close delete rename link truncate attr mkdir mknod fallocate mmap exec stat changes " \
	"all"

/* Reads a list as "open,delete" or "changes,read" into *ops, 1 << OP_* each. 0 or -EINVAL, reported by the option's
 * name. */
int bw_file_ops_parse(const char *option, const char *list, uint32_t *ops);
