/* SPDX-License-Identifier: Apache-2.0 */
#include "output/file_ops.h"

#include "base/word_list.h"

enum { CHANGES = OPS_COUNT, ALL };

/* The operations by their numbers, and the words for several. */
static const char *const words[] = {
	[OP_OPEN] = "open",
	[OP_CREATE] = "create",
	[OP_READ] = "read",
	[OP_WRITE] = "write",
	[OP_CLOSE] = "close",
	[OP_DELETE] = "delete",
	[OP_RENAME] = "rename",
	[OP_LINK] = "link",
	[OP_TRUNCATE] = "truncate",
	[OP_ATTR] = "attr",
	[OP_MKDIR] = "mkdir",
	[OP_MKNOD] = "mknod",
	[OP_FALLOCATE] = "fallocate",
	[OP_MMAP] = "mmap",
	[OP_EXEC] = "exec",
	[OP_STAT] = "stat",
	[CHANGES] = "changes",
	[ALL] = "all",
	NULL,
};

/* What others call them: system calls, and events of inotify. */
static const char *const others[][2] = {
	{"unlink", "delete"}, {"rmdir", "delete"},	 {"remove", "delete"}, {"creat", "create"},
	{"move", "rename"},   {"symlink", "link"},	 {"chmod", "attr"},    {"chown", "attr"},
	{"utime", "attr"},    {"utimensat", "attr"},	 {"setxattr", "attr"}, {"attrib", "attr"},
	{"modify", "write"},  {"access", "stat"},	 {"readlink", "stat"}, {"statx", "stat"},
	{"execve", "exec"},   {"ftruncate", "truncate"}, {"openat", "open"},   {"change", "changes"},
	{NULL, NULL},
};

const char *bw_file_ops_name(uint64_t op)
{
	return op < OPS_COUNT ? words[op] : NULL;
}

static int add(void *cookie, size_t index)
{
	uint32_t *ops = cookie;

	if (index == CHANGES)
		*ops |= BW_FILE_OPS_CHANGES;
	else
		*ops |= index == ALL ? BW_FILE_OPS_ALL : 1U << index;
	return 0;
}

int bw_file_ops_parse(const char *option, const char *list, uint32_t *ops)
{
	const struct bw_word_list parser = {option, "operation", words, others, add, ops};

	*ops = 0;
	return bw_word_list_parse(&parser, list);
}
