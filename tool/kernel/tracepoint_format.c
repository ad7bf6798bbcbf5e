/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/tracepoint_format.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "kernel/tracefs.h"

/* The number behind "KEY:"; false if there is none. */
static bool read_number(const char *line, const char *key, uint32_t *number)
{
	const char *at = strstr(line, key);
	char *end;

	if (!at)
		return false;
	at += strlen(key);
	*number = (uint32_t)strtoul(at, &end, 10);
	return end > at;
}

/* "\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:1;", which is modified. */
static bool read_field(char *line, char name[NAME_MAX], struct bw_tracepoint_format_field *field)
{
	static const char word[] = "\tfield:";
	char *end = strchr(line, ';'), *from;
	uint32_t is_signed;

	if (strncmp(line, word, strlen(word)) != 0 || !end)
		return false;
	if (!read_number(end, "\toffset:", &field->offset) || !read_number(end, "\tsize:", &field->size))
		return false;
	field->is_signed = read_number(end, "\tsigned:", &is_signed) && is_signed;
	field->declaration = line + strlen(word);
	*end = '\0';
	if (end[-1] == ']') /* an array's size is no part of the name */
		while (end > field->declaration && *end != '[')
			end--;
	for (from = end; from > field->declaration && !strchr(" *", from[-1]);)
		from--;
	snprintf(name, NAME_MAX, "%.*s", (int)(end - from), from);
	field->name = name;
	return true;
}

int bw_tracepoint_format_each(const char *root, const char *category, const char *name,
			      void (*found)(void *cookie, const struct bw_tracepoint_format_field *field), void *cookie)
{
	const char *mount = bw_tracefs_find(root);
	BW_FILE FILE *file = NULL;
	BW_FREE char *line = NULL;
	char path[PATH_MAX], field_name[NAME_MAX];
	size_t size = 0;

	if (!mount)
		return -ENODEV;
	if (snprintf(path, sizeof(path), "%s%s/events/%s/%s/format", root, mount, category, name) >= (int)sizeof(path))
		return -ENOENT; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (getline(&line, &size, file) > 0) {
		struct bw_tracepoint_format_field field = {0};

		if (read_field(line, field_name, &field))
			found(cookie, &field);
	}
	return 0;
}
