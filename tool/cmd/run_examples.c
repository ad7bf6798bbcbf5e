/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/run_examples.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "build/source.h"

enum { TEXT_MAX = 1 << 16, COMMENT_LINE = 5 };

/* The comment's text up to the first ". " or ": ", which may be on its next line. */
static void print_sentence(const char *line)
{
	while (strncmp(line, "// ", 3) == 0) {
		for (line += 3; *line && *line != '\n'; line++) {
			if (*line == ':' || (*line == '.' && strchr(" \n", line[1])))
				return;
			putchar(*line);
		}
		line += *line == '\n';
		if (strncmp(line, "// ", 3) == 0)
			putchar(' ');
	}
}

static void print_example(const char *path)
{
	const char *name = strrchr(path, '/') + 1, *line;
	BW_FREE char *text = NULL;
	size_t len;

	if (bw_file_read(path, TEXT_MAX, &text, &len) < 0)
		return;
	line = text;
	/* Behind the licence and the command. */
	for (int i = 1; i < COMMENT_LINE && line; i++)
		line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL;
	printf("%-20.*s ", (int)strcspn(name, "."), name);
	print_sentence(line ? line : "");
	putchar('\n');
}

int bw_run_examples_print(void)
{
	BW_FREE char *dir = NULL, *pattern = NULL;
	glob_t found = {0};
	int r = bw_source_dir(&dir);

	if (r < 0)
		return bw_log_error(r, "cannot find bpf_src: %s", strerror(-r));
	if (asprintf(&pattern, "%s/examples/*.c", dir) < 0)
		return -ENOMEM;
	glob(pattern, 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++)
		print_example(found.gl_pathv[i]);
	globfree(&found);
	return 0;
}

int bw_run_examples_find(const char *name, char **path)
{
	BW_FREE char *dir = NULL;
	int r = strchr(name, '/') ? -ENOENT : bw_source_dir(&dir);

	*path = NULL;
	if (r < 0)
		return r;
	if (asprintf(path, "%s/examples/%s.c", dir, name) < 0)
		return -ENOMEM;
	if (access(*path, R_OK) == 0)
		return 0;
	free(*path);
	*path = NULL;
	return -ENOENT;
}
