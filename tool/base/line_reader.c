/* SPDX-License-Identifier: Apache-2.0 */
#include "base/line_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

int bw_line_reader_each(const char *path, int word, void (*found)(void *cookie, const char *name), void *cookie)
{
	BW_FILE FILE *file = fopen(path, "re");
	BW_FREE char *line = NULL;
	size_t size = 0;

	if (!file)
		return -errno;
	while (getline(&line, &size, file) > 0) {
		char *rest = line, *one = NULL;

		for (int i = 0; i <= word; i++)
			one = strsep(&rest, " \t\n");
		if (one && *one)
			found(cookie, one);
	}
	return ferror(file) ? -EIO : 0;
}
