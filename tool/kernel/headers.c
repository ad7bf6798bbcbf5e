/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/headers.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

int bw_headers_find(const char *root, const char *release, char **path)
{
	/* Debian and SUSE split the tree: the common part is "source" there. */
	static const char *const links[] = {"source", "build"};
	char file[PATH_MAX];

	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		snprintf(file, sizeof(file), "%s/lib/modules/%s/%s/include/linux/kconfig.h", root, release, links[i]);
		if (access(file, F_OK) != 0)
			continue;
		if (asprintf(path, "/lib/modules/%s/%s", release, links[i]) < 0)
			return -ENOMEM;
		return 0;
	}
	return -ENOENT;
}

/* Is the word among those of the line KEY=words (quoted or not) of an os-release text? */
static bool release_has(const char *text, const char *key, const char *word)
{
	size_t key_len = strlen(key), word_len = strlen(word);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, key_len) != 0 || line[key_len] != '=')
			continue;
		for (const char *p = line + key_len + 1; *p && *p != '\n'; p += strcspn(p, " \"'\n")) {
			p += strspn(p, " \"'");
			if (strcspn(p, " \"'\n") == word_len && strncmp(p, word, word_len) == 0)
				return true;
		}
	}
	return false;
}

const char *bw_headers_package(const char *root)
{
	static const struct {
		const char *id, *command;
	} known[] = {
		{"debian", "apt install linux-headers-%s"},   {"ubuntu", "apt install linux-headers-%s"},
		{"fedora", "dnf install kernel-devel-%s"},    {"rhel", "dnf install kernel-devel-%s"},
		{"suse", "zypper install kernel-devel # %s"}, {"arch", "pacman -S linux-headers # %s"},
	};
	BW_FREE char *text = NULL;
	char path[PATH_MAX];
	size_t len;

	snprintf(path, sizeof(path), "%s/etc/os-release", root);
	if (bw_file_read(path, 1 << 16, &text, &len) < 0)
		return NULL;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (release_has(text, "ID", known[i].id) || release_has(text, "ID_LIKE", known[i].id))
			return known[i].command;
	return NULL;
}

void bw_headers_release(const char *root, const char *release, char *text, size_t size)
{
	static const char word[] = "UTS_RELEASE \"";
	BW_FREE char *line = NULL;
	char path[PATH_MAX];
	const char *at;
	size_t len;

	*text = '\0';
	snprintf(path, sizeof(path), "%s/lib/modules/%s/build/include/generated/utsrelease.h", root, release);
	if (bw_file_read(path, 4096, &line, &len) < 0 || !(at = strstr(line, word)))
		return;
	at += strlen(word);
	snprintf(text, size, "%.*s", (int)strcspn(at, "\"\n"), at);
}
