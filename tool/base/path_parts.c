/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path_parts.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

char *bw_path_parts_absolute(const char *path)
{
	BW_FREE char *here = NULL;
	char *whole;

	if (*path == '/')
		return strdup(path);
	here = getcwd(NULL, 0);
	return !here || asprintf(&whole, "%s/%s", here, path) < 0 ? NULL : whole;
}

char *bw_path_parts_trim(const char *path)
{
	char *copy = strdup(path), *base;
	size_t len = copy ? strlen(copy) : 0;

	while (len > 1 && copy[len - 1] == '/')
		copy[--len] = '\0';
	base = copy ? strrchr(copy, '/') + 1 : NULL;
	if (base && *base && strcmp(base, ".") != 0 && strcmp(base, "..") != 0 && strlen(base) <= NAME_MAX)
		return copy;
	free(copy);
	return NULL;
}

const char *bw_path_parts_split(const char *path, char **dir)
{
	const char *base = strrchr(path, '/') + 1;

	*dir = strndup(path, (size_t)(base - path));
	return *dir ? base : NULL;
}

char *bw_path_parts_follow(const char *path, const char *to)
{
	char *whole;

	if (*to == '/')
		return strdup(to);
	return asprintf(&whole, "%.*s/%s", (int)(strrchr(path, '/') - path), path, to) < 0 ? NULL : whole;
}
