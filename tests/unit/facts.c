/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "tests/unit/facts.h"
#include "tests/unit/root.h"

#define KERNELS "tests/fixtures/kernels/"

/* Lays the facts of a kernel out below the root; *truth, malloc'd, is what attaching gave there. */
static void put_facts(const char *kernel, char **truth)
{
	char path[256], *rest, *part;
	BW_FREE char *facts = NULL;
	size_t len;

	*truth = NULL;
	snprintf(path, sizeof(path), KERNELS "%s", kernel);
	assert_int_equal(bw_file_read(path, 1 << 20, &facts, &len), 0);
	assert_int_equal(strncmp(facts, "== ", 3), 0);
	for (part = facts + 3; part; part = rest) {
		char *text = strchr(part, '\n');

		rest = strstr(part, "\n== ");
		if (rest) {
			rest[1] = '\0';
			rest += 4;
		}
		*text++ = '\0';
		if (strcmp(part, "truth") == 0)
			*truth = strdup(text);
		else
			put(part, text);
	}
	assert_non_null(*truth);
}

void each_kernel(void (*check)(const char *kernel, const char *truth))
{
	DIR *dir = opendir(KERNELS);
	const struct dirent *entry;
	int n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		BW_FREE char *truth = NULL;

		if (entry->d_name[0] == '.')
			continue;
		make_root(NULL);
		put_facts(entry->d_name, &truth);
		check(entry->d_name, truth);
		remove_root(NULL);
		n++;
	}
	closedir(dir);
	assert_true(n >= 5);
}
