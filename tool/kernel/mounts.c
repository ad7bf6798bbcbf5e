/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/mounts.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_octal(const char *p)
{
	return p[0] >= '0' && p[0] <= '3' && p[1] >= '0' && p[1] <= '7' && p[2] >= '0' && p[2] <= '7';
}

/* A space is written as \040. */
static void unescape_octal(char *path)
{
	char *to = path;

	for (const char *from = path; *from; to++) {
		if (*from == '\\' && is_octal(from + 1)) {
			*to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* The fifth of a line's words; NULL if it has not so many. */
static char *mount_point(char *line)
{
	char *point = line;

	for (int i = 0; i < 4 && point; i++)
		point = strchr(point + 1, ' ');
	if (!point)
		return NULL;
	point++;
	point[strcspn(point, " \n")] = '\0';
	unescape_octal(point);
	return point;
}

int bw_mounts_open(const char *root, struct bw_mounts *mounts)
{
	char path[PATH_MAX];

	*mounts = (struct bw_mounts){0};
	snprintf(path, sizeof(path), "%s/proc/self/mountinfo", root);
	mounts->file = fopen(path, "re");
	return mounts->file ? 0 : -errno;
}

const char *bw_mounts_next(struct bw_mounts *mounts)
{
	const char *point = NULL;

	while (!point && getline(&mounts->line, &mounts->size, mounts->file) > 0)
		point = mount_point(mounts->line);
	return point;
}

void bw_mounts_close(struct bw_mounts *mounts)
{
	if (mounts->file)
		fclose(mounts->file);
	free(mounts->line);
}
