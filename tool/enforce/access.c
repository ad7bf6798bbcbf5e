/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/access.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/word_list.h"
#include "bpf_src/lib/target.h"

enum {
	OPENS = ACCESS_READ | ACCESS_WRITE | ACCESS_EXEC,
	/* All by which what a path gives becomes another; beneath a directory, also what comes to be there. */
	WRITES = ACCESS_WRITE | ACCESS_CREATE | ACCESS_TRUNCATE | ACCESS_RESIZE | ACCESS_REPLACE | ACCESS_DELETE |
		 ACCESS_RENAME | ACCESS_MKNOD | ACCESS_MOUNT,
	WRITES_BENEATH = WRITES | ACCESS_LINK | ACCESS_LINK_TO | ACCESS_SYMLINK | ACCESS_MKDIR,
	LINKS = ACCESS_LINK | ACCESS_LINK_TO | ACCESS_SYMLINK,
};

const struct bw_access bw_access_default = {
	.file = OPENS | ACCESS_CREATE | ACCESS_TRUNCATE | ACCESS_MKNOD,
	.beneath =
		OPENS | ACCESS_CREATE | ACCESS_TRUNCATE | ACCESS_MKNOD | ACCESS_MKDIR | ACCESS_SYMLINK | ACCESS_MOUNT,
};

enum {
	READ,
	WRITE,
	EXEC,
	ATTR,
	ANY,
	OPEN,
	CREATE,
	TRUNCATE,
	REPLACE,
	DELETE,
	RENAME,
	LINK,
	MKDIR,
	MKNOD,
	MMAP,
	STAT,
	MOUNT
};

/* By these numbers. Without `stat`, even in `any`: a file that nobody may look at makes directories unreadable. */
static const struct {
	const char *name, *description;
	struct bw_access access;
} operations[] = {
	[READ] = {"read", "opens for reading", {ACCESS_READ, ACCESS_READ, 0}},
	[WRITE] = {"write",
		   "opens for writing and all else that changes the content",
		   {WRITES, WRITES_BENEATH, ACCESS_RENAME}},
	[EXEC] = {"exec", "opens for executing", {ACCESS_EXEC, ACCESS_EXEC, 0}},
	[ATTR] = {"attr", "changes of attributes", {ACCESS_ATTR, ACCESS_ATTR, 0}},
	[ANY] = {"any",
		 "all operations",
		 {(uint32_t)ACCESS_ANY & ~(uint32_t)ACCESS_STAT, (uint32_t)ACCESS_ANY & ~(uint32_t)ACCESS_STAT,
		  ACCESS_RENAME | ACCESS_MOUNT}},
	[OPEN] = {"open", "opens", {OPENS, OPENS, 0}},
	[CREATE] = {"create", "creating", {ACCESS_CREATE, ACCESS_CREATE, 0}},
	[TRUNCATE] = {"truncate", "truncating", {ACCESS_TRUNCATE | ACCESS_RESIZE, ACCESS_TRUNCATE | ACCESS_RESIZE, 0}},
	[REPLACE] = {"replace", "replacing", {ACCESS_REPLACE, ACCESS_REPLACE, 0}},
	[DELETE] = {"delete", "deleting", {ACCESS_DELETE, ACCESS_DELETE, 0}},
	[RENAME] = {"rename", "renaming", {ACCESS_RENAME, ACCESS_RENAME, ACCESS_RENAME}},
	[LINK] = {"link", "linking", {LINKS, LINKS, 0}},
	[MKDIR] = {"mkdir", "creating directories", {ACCESS_MKDIR, ACCESS_MKDIR, 0}},
	[MKNOD] = {"mknod", "creating special files", {ACCESS_MKNOD, ACCESS_MKNOD, 0}},
	[MMAP] = {"mmap", "mapping", {ACCESS_MMAP, ACCESS_MMAP, 0}},
	[STAT] = {"stat", "asking for attributes", {ACCESS_STAT, ACCESS_STAT, 0}},
	[MOUNT] = {"mount", "mounting over", {ACCESS_MOUNT, ACCESS_MOUNT, ACCESS_MOUNT}},
};

enum { OPERATIONS = sizeof(operations) / sizeof(*operations) };

/* What others call them. */
static const char *const others[][2] = {
	{"all", "any"},	     {"unlink", "delete"}, {"rmdir", "delete"},	 {"remove", "delete"}, {"creat", "create"},
	{"move", "rename"},  {"symlink", "link"},  {"chmod", "attr"},	 {"chown", "attr"},    {"setxattr", "attr"},
	{"execute", "exec"}, {"writes", "write"},  {"changes", "write"}, {NULL, NULL},
};

static int add(void *cookie, size_t index)
{
	struct bw_access *a = cookie;

	a->file |= operations[index].access.file;
	a->beneath |= operations[index].access.beneath;
	a->ancestor |= operations[index].access.ancestor;
	return 0;
}

static int parse(const char *option, const char *list, struct bw_access *access, struct bw_word_list_unknown *unknown)
{
	const char *names[OPERATIONS + 1] = {0};
	const struct bw_word_list parser = {option, "operation", names, others, add, access};

	for (size_t i = 0; i < OPERATIONS; i++)
		names[i] = operations[i].name;
	return unknown ? bw_word_list_read(&parser, list, unknown) : bw_word_list_parse(&parser, list);
}

int bw_access_parse(const char *option, const char *list, struct bw_access *access)
{
	return parse(option, list, access, NULL);
}

int bw_access_read(const char *list, struct bw_access *access, struct bw_word_list_unknown *unknown)
{
	return parse("", list, access, unknown);
}

/* What is in another that is listed, or says nothing more, is left out. */
static bool is_listed(const struct bw_access *a, size_t i)
{
	const uint32_t all = operations[i].access.file;

	if ((a->file & all) != all)
		return false;
	for (size_t k = 0; k < OPERATIONS; k++) {
		const uint32_t larger = operations[k].access.file;

		if (k != i && (a->file & larger) == larger && (larger & all) == all && larger != all)
			return false;
	}
	return true;
}

void bw_access_describe(const struct bw_access *access, char *text, size_t size)
{
	size_t len = 0;

	if (access->file == bw_access_default.file && !access->ancestor) {
		snprintf(text, size, "opens");
		return;
	}
	*text = '\0';
	for (size_t i = 0; i < OPERATIONS; i++)
		if (is_listed(access, i) && len < size)
			len += (size_t)snprintf(text + len, size - len, "%s%s", len ? ", " : "",
						operations[i].description);
}

static bool is_part(const struct bw_access *a, const struct bw_access *of)
{
	return !(a->file & ~of->file) && !(a->beneath & ~(of->beneath | ACCESS_MOUNT)) &&
	       !(a->ancestor & ~of->ancestor);
}

/* The largest come first, and what adds nothing is left out. */
void bw_access_format(const struct bw_access *access, char *list, size_t size)
{
	static const unsigned char order[] = {ANY,    WRITE,  OPEN, READ,  EXEC,  ATTR, CREATE, TRUNCATE, REPLACE,
					      DELETE, RENAME, LINK, MKDIR, MKNOD, MMAP, STAT,	MOUNT};
	struct bw_access done = {0};
	size_t len = 0;

	_Static_assert(sizeof(order) == OPERATIONS, "each is in the order");
	*list = '\0';
	for (size_t i = 0; i < OPERATIONS && len < size; i++) {
		const struct bw_access *one = &operations[order[i]].access;

		if (!is_part(one, access) || is_part(one, &done))
			continue;
		len += (size_t)snprintf(list + len, size - len, "%s%s", len ? "," : "", operations[order[i]].name);
		add(&done, order[i]);
	}
}
