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

static const char *const meanings[] = {
	[OP_OPEN] = "opens, also those that create or empty a file",
	[OP_CREATE] = "of the opens those that create a file, or failed to; their events are those of opens",
	[OP_READ] = "read, pread, readv, splice, sendfile, copy_file_range and the like",
	[OP_WRITE] = "write, pwrite, writev, splice, sendfile, copy_file_range and the like",
	[OP_CLOSE] = "the last descriptor of an open file is closed",
	[OP_DELETE] = "unlink and rmdir",
	[OP_RENAME] = "rename, also where it replaces a file",
	[OP_LINK] = "hard and symbolic links that are made",
	[OP_TRUNCATE] = "truncate and ftruncate, and the opens that empty a file (O_TRUNC)",
	[OP_ATTR] = "mode, owner, times, extended attributes, ACLs and the flags of chattr are changed",
	[OP_MKDIR] = "directories are made",
	[OP_MKNOD] = "fifos, sockets and device files are made",
	[OP_FALLOCATE] = "space is allocated, or a hole is made",
	[OP_MMAP] = "a file is mapped, or a shared mapping is made writable",
	[OP_EXEC] = "programs are executed",
	[OP_STAT] = "stat, access and readlink",
	[CHANGES] = "create, write, delete, rename, link, truncate, attr, mkdir, mknod, fallocate",
	[ALL] = "all of these",
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

void bw_file_ops_help(FILE *out)
{
	for (size_t i = 0; words[i]; i++)
		fprintf(out, "%-9s  %s\n", words[i], meanings[i]);
}

int bw_file_ops_parse(const char *option, const char *list, uint32_t *ops)
{
	const struct bw_word_list parser = {option, "operation", words, others, add, ops};

	*ops = 0;
	return bw_word_list_parse(&parser, list);
}
