/* SPDX-License-Identifier: Apache-2.0 */
/* The operations on files by name: OP_* of bpf_src/trace/event.h. One vocabulary for all commands. */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "bpf_src/trace/event.h"

/* Of several, 1 << OP_* each: all opens; all that change a file or a directory; all. */
enum {
	BW_FILE_OPS_OPENS = 1 << OP_OPEN | 1 << OP_CREATE,
	BW_FILE_OPS_CHANGES = 1 << OP_CREATE | 1 << OP_WRITE | 1 << OP_DELETE | 1 << OP_RENAME | 1 << OP_LINK |
			      1 << OP_TRUNCATE | 1 << OP_ATTR | 1 << OP_MKDIR | 1 << OP_MKNOD | 1 << OP_FALLOCATE,
	BW_FILE_OPS_ALL = (1 << OPS_COUNT) - 1,
};

/* The choices, for a help and a completion: "open create ... changes all". */
#define BW_FILE_OPS_WORDS                                                                                             \
	"open create read write close delete rename link truncate attr mkdir mknod fallocate mmap exec stat changes " \
	"all"

/* "open"; NULL: there is none of that number. */
const char *bw_file_ops_name(uint64_t op);

/* Prints all of them, and the words for several, with what they mean, a line each. */
void bw_file_ops_help(FILE *out);

/* Reads a list as "open,delete" or "changes,read" into *ops, 1 << OP_* each. 0 or -EINVAL, reported by the option's
 * name. */
int bw_file_ops_parse(const char *option, const char *list, uint32_t *ops);
