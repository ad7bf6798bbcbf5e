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

size_t bw_path_parts_normalize(char *dst, const char *path, size_t len)
{
	size_t out = 0;

	for (size_t i = 0, end; i < len; i = end + 1) {
		const char *slash = memchr(path + i, '/', len - i);
		size_t n;

		end = slash ? (size_t)(slash - path) : len;
		n = end - i;
		if (n == 2 && path[i] == '.' && path[i + 1] == '.') {
			while (out > 0 && dst[--out] != '/')
				;
		} else if (n > 0 && !(n == 1 && path[i] == '.')) {
			memmove(dst + out + 1, path + i, n);
			dst[out] = '/';
			out += n + 1;
		}
	}
	if (out == 0 && len > 0)
		dst[out++] = '/';
	return out;
}
