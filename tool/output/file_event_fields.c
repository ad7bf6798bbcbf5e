/* SPDX-License-Identifier: Apache-2.0 */
#include "output/file_event_fields.h"

#include <errno.h>

#include "base/log.h"
#include "base/word_list.h"

enum {
	PATH = BW_FILE_EVENT_NEEDS_PATH,
	EXE = BW_FILE_EVENT_NEEDS_EXE,
	LATENCY = BW_FILE_EVENT_NEEDS_LATENCY,
	PROCESS = BW_FILE_EVENT_NEEDS_PROCESS,
};

static const char *const names[BW_FIELDS + 1] = {
	[BW_FIELD_OP] = "op",
	[BW_FIELD_PATH] = "path",
	[BW_FIELD_PATH_EXACT] = "path_exact",
	[BW_FIELD_DELETED] = "deleted",
	[BW_FIELD_OTHER_MOUNT] = "other_mount",
	[BW_FIELD_TO] = "to",
	[BW_FIELD_TO_EXACT] = "to_exact",
	[BW_FIELD_FILENAME] = "filename",
	[BW_FIELD_TO_FILENAME] = "to_filename",
	[BW_FIELD_RESULT] = "result",
	[BW_FIELD_CREATED] = "created",
	[BW_FIELD_REPLACED] = "replaced",
	[BW_FIELD_ASYNC] = "async",
	[BW_FIELD_FLAGS] = "flags",
	[BW_FIELD_MODE] = "mode",
	[BW_FIELD_BYTES] = "bytes",
	[BW_FIELD_OFFSET] = "offset",
	[BW_FIELD_LATENCY] = "latency",
	[BW_FIELD_DEV] = "dev",
	[BW_FIELD_INO] = "ino",
	[BW_FIELD_TYPE] = "type",
	[BW_FIELD_PID] = "pid",
	[BW_FIELD_TID] = "tid",
	[BW_FIELD_UID] = "uid",
	[BW_FIELD_COMM] = "comm",
	[BW_FIELD_EXE] = "exe",
	[BW_FIELD_PPID] = "ppid",
	[BW_FIELD_PARENT_COMM] = "parent_comm",
	[BW_FIELD_CGROUP] = "cgroup",
	[BW_FIELD_UNIT] = "unit",
	[BW_FIELD_CONTAINER] = "container",
	[BW_FIELD_MNT_NS] = "mnt_ns",
	[BW_FIELD_PID_NS] = "pid_ns",
	[BW_FIELD_TIME] = "time",
};

static const struct {
	uint32_t needs;
	const char *meaning;
} facts[BW_FIELDS] = {
	[BW_FIELD_OP] = {0, "the operation: open, read, write, rename, ..."},
	[BW_FIELD_PATH] = {PATH, "the file's absolute path, through symlinks and mounts, as bccwatch sees it"},
	[BW_FIELD_PATH_EXACT] = {PATH, "false: the lookup failed, and path is the directory and the name put together"},
	[BW_FIELD_DELETED] = {PATH, "true: the file has no name any more, and path ends in \" (deleted)\""},
	[BW_FIELD_OTHER_MOUNT] = {PATH, "true: path begins at the root of a mount that bccwatch does not see"},
	[BW_FIELD_TO] = {PATH, "the absolute path of a rename's new name or a link, or a symlink's target"},
	[BW_FIELD_TO_EXACT] = {PATH, "false: the lookup failed, and to is the directory and the name put together"},
	[BW_FIELD_FILENAME] = {0, "the name as the program gave it"},
	[BW_FIELD_TO_FILENAME] = {0, "the second name as the program gave it"},
	[BW_FIELD_RESULT] = {0, "what the call returned: a number, or the error's name, as ENOENT"},
	[BW_FIELD_CREATED] = {0, "true: the open created the file"},
	[BW_FIELD_REPLACED] = {0, "true: the rename replaced a file"},
	[BW_FIELD_ASYNC] = {0, "true: the operation completes later; its bytes and latency are not known"},
	[BW_FIELD_FLAGS] = {0, "the call's flags, as O_WRONLY|O_CREAT; of delete, link, attr, stat: its kind"},
	[BW_FIELD_MODE] = {0, "the permissions that the call sets, as rw-r--r--"},
	[BW_FIELD_BYTES] = {0, "how many bytes were read or written, or how long the file becomes"},
	[BW_FIELD_OFFSET] = {0, "where in the file it begins to read or write"},
	[BW_FIELD_LATENCY] = {LATENCY, "how long the operation took, in nanoseconds"},
	[BW_FIELD_DEV] = {0, "the file system's device, MAJOR:MINOR, as the kernel has it"},
	[BW_FIELD_INO] = {0, "the file's inode number"},
	[BW_FIELD_TYPE] = {0, "file, directory, symlink, fifo, socket, char or block"},
	[BW_FIELD_PID] = {0, "the process"},
	[BW_FIELD_TID] = {PROCESS, "the thread"},
	[BW_FIELD_UID] = {PROCESS, "the user's number, the real uid"},
	[BW_FIELD_COMM] = {0, "the thread's name"},
	[BW_FIELD_EXE] = {EXE, "the path of the program that the process runs"},
	[BW_FIELD_PPID] = {PROCESS, "the parent process"},
	[BW_FIELD_PARENT_COMM] = {PROCESS, "the parent's name"},
	[BW_FIELD_CGROUP] = {PROCESS, "the path of the process's cgroup (version 2)"},
	[BW_FIELD_UNIT] = {PROCESS, "the systemd unit, by the cgroup's name; unverified"},
	[BW_FIELD_CONTAINER] = {PROCESS, "the container's id, by the cgroup's name; unverified"},
	[BW_FIELD_MNT_NS] = {PROCESS, "the mount namespace's inode number"},
	[BW_FIELD_PID_NS] = {PROCESS, "the PID namespace's inode number"},
	[BW_FIELD_TIME] = {0, "when, with the date and nanoseconds, in UTC"},
};

const char *bw_file_event_fields_name(enum bw_file_event_field field)
{
	return names[field];
}

uint32_t bw_file_event_fields_needs(enum bw_file_event_field field)
{
	return facts[field].needs;
}

/* What others call them. */
static const char *const others[][2] = {
	{"fname", "filename"},
	{"file", "path"},
	{"name", "filename"},
	{"error", "result"},
	{"errno", "result"},
	{"ret", "result"},
	{"duration", "latency"},
	{"inode", "ino"},
	{"pcomm", "parent_comm"},
	{"size", "bytes"},
	{"user", "uid"},
	{"ts", "time"},
	{NULL, NULL},
};

/* The list that is read. */
struct parser {
	const char *option, *list;
	struct bw_file_event_fields *fields;
};

static int add(void *cookie, size_t index)
{
	const struct parser *p = cookie;
	struct bw_file_event_fields *f = p->fields;

	for (size_t i = 0; i < f->n; i++)
		if (f->fields[i] == index)
			return bw_log_error(-EINVAL, "%s %s: '%s' is there twice", p->option, p->list, names[index]);
	f->fields[f->n++] = (uint8_t)index;
	return 0;
}

int bw_file_event_fields_parse(const char *option, const char *list, struct bw_file_event_fields *fields)
{
	struct parser parser = {option, list, fields};
	const struct bw_word_list words = {option, "field", names, others, add, &parser};

	fields->n = 0;
	return bw_word_list_parse(&words, list);
}

void bw_file_event_fields_help(FILE *out)
{
	for (size_t i = 0; i < BW_FIELDS; i++)
		fprintf(out, "%-11s  %s\n", names[i], facts[i].meaning);
}
