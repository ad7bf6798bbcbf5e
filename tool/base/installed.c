/* SPDX-License-Identifier: Apache-2.0 */
#include "base/installed.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

/* The real path of a file, malloc'd; NULL with errno if there is none. */
static char *joined(const char *directory, const char *up, const char *name)
{
	BW_FREE char *path = NULL;

	if (asprintf(&path, "%s%s/%s", directory, up, name) < 0) {
		path = NULL;
		errno = ENOMEM;
		return NULL;
	}
	return realpath(path, NULL);
}

int bw_installed_find(const char *beside, const char *under, char **path)
{
	char exe[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *name;

	if (len < 0)
		return -errno;
	exe[len] = '\0';
	name = strrchr(exe, '/');
	*name = '\0';
	*path = joined(exe, "", beside);
	if (!*path && errno == ENOENT)
		*path = joined(exe, "/..", under);
	return *path ? 0 : -errno;
}
