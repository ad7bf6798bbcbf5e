/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/stub_structs.h"

#include <stdio.h>
#include <string.h>

#define TEXT(ending, room, bytes, function, behind)                                 \
	{                                                                           \
		ending, "char", "[" room "]", function, behind, bytes, false, false \
	}
#define NUMBER(ending, type, read, behind, last)              \
	{                                                     \
		ending, type, "", read, behind, 8, true, last \
	}
#define DEVICE_AND_NUMBER(inode, behind)                             \
	NUMBER("_dev", "u32", "device_of(" inode, ")" behind, true), \
		NUMBER("_ino", "u64", "number_of(" inode, ")" behind, true)

static const struct bw_stub_struct structs[] = {
	{"dentry",
	 "describe.h",
	 {TEXT("name", "NAME_SHOWN", 64, "read_name", ""), TEXT("path", "PATH_SHOWN", 112, "read_dentry_path", "")}},
	{"inode", "describe.h", {TEXT(NULL, "PATH_SHOWN", 112, "read_inode_path", ""), DEVICE_AND_NUMBER("", "")}},
	{"file",
	 "describe.h",
	 {TEXT(NULL, "PATH_SHOWN", 112, "read_file_path", ""), DEVICE_AND_NUMBER("inode_of_file(", ")")}},
	{"path",
	 "describe.h",
	 {TEXT(NULL, "PATH_SHOWN", 112, "read_path", ""), DEVICE_AND_NUMBER("inode_of_path(", ")")}},
	{"renamedata",
	 "describe.h",
	 {TEXT("old_path", "PATH_SHOWN", 112, "read_old_path", ""),
	  TEXT("new_path", "PATH_SHOWN", 112, "read_new_path", "")}},
	{"qstr", "describe.h", {TEXT(NULL, "NAME_SHOWN", 64, "read_qstr", "")}},
	{"task_struct",
	 "describe.h",
	 {NUMBER("_pid", "u32", "pid_of(", ")", false), TEXT("_comm", "16", 16, "read_comm", "")}},
	{"sock",
	 "describe_sock.h",
	 {TEXT("_local", "ADDRESS_SHOWN", 48, "read_address", ", 0"),
	  TEXT("_remote", "ADDRESS_SHOWN", 48, "read_address", ", 1")}},
};

const struct bw_stub_struct *bw_stub_structs_find(const char *name)
{
	for (size_t i = 0; name && i < sizeof(structs) / sizeof(*structs); i++)
		if (strcmp(structs[i].name, name) == 0)
			return &structs[i];
	return NULL;
}

void bw_stub_structs_member_name(char *to, size_t size, const char *parameter, const struct bw_stub_member *member)
{
	static const char dentry[] = "dentry";
	const char *suffix = member->suffix ? member->suffix : "";
	const size_t len = strlen(parameter), own = strlen(dentry);

	if (strncmp(suffix, "old_", 4) == 0 || strncmp(suffix, "new_", 4) == 0)
		snprintf(to, size, "%s", suffix); /* there is one such parameter */
	else if (!*suffix || *suffix == '_')
		snprintf(to, size, "%s%s", parameter, suffix);
	else if (len >= own && strcmp(parameter + len - own, dentry) == 0)
		snprintf(to, size, "%.*s%s", (int)(len - own), parameter, suffix);
	else
		snprintf(to, size, "%s_%s", parameter, suffix);
}
