/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target on each file of the directories that are named. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "tests/fuzz/fuzz.h"

static int run_file(const char *path)
{
	BW_FREE char *bytes = NULL;
	BW_FREE uint8_t *copy = NULL;
	size_t size;

	if (bw_file_read(path, 1 << 24, &bytes, &size) < 0)
		return -1;
	/* Without the NUL that stands behind what was read: a byte too far is seen. */
	copy = malloc(size ? size : 1);
	if (!copy)
		return -1;
	memcpy(copy, bytes, size);
	LLVMFuzzerTestOneInput(copy, size);
	return 0;
}

static int run_directory(const char *path)
{
	DIR *directory = opendir(path);
	int n = 0;

	for (const struct dirent *e; directory && (e = readdir(directory));) {
		char file[512];

		snprintf(file, sizeof(file), "%s/%s", path, e->d_name);
		if (*e->d_name != '.')
			n += run_file(file) == 0;
	}
	if (directory)
		closedir(directory);
	return n;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *name = strrchr(argv[i], '/');
		int n = run_directory(argv[i]);

		printf("%s fuzz: %s: the corpus, %d inputs\n", n > 0 ? "ok" : "FAILED", name ? name + 1 : argv[i], n);
		if (n == 0)
			return 1;
	}
	return 0;
}
