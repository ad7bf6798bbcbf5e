/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/machine.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "kernel/headers.h"

static FILE *open_below(const char *root, const char *path)
{
	char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s%s", root, path);
	return fopen(full, "re");
}

void bw_machine_line(const char *root, const char *path, const char *key, char *text, size_t size)
{
	BW_FILE FILE *file = open_below(root, path);
	BW_FREE char *line = NULL;
	size_t room = 0, len = key ? strlen(key) : 0;

	*text = '\0';
	while (file && getline(&line, &room, file) > 0) {
		const char *from = line;

		if (key && (strncmp(line, key, len) != 0 || line[len] != '='))
			continue;
		from += key ? len + 1 : 0;
		from += *from == '"' || *from == '\'';
		snprintf(text, size, "%.*s", (int)strcspn(from, key ? "\"'\n" : "\n"), from);
		return;
	}
}

void bw_machine_release(const char *root, char *text, size_t size)
{
	bw_machine_line(root, "/proc/sys/kernel/osrelease", NULL, text, size);
}

bool bw_machine_before(const char *root, unsigned major, unsigned minor)
{
	char release[128], *end;
	unsigned long first, second;

	bw_machine_release(root, release, sizeof(release));
	first = strtoul(release, &end, 10);
	second = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
	return end > release && (first < major || (first == major && second < minor));
}

/* A configuration, compressed or not; a missing file is NULL. */
static gzFile open_config(const char *root)
{
	char release[128], path[PATH_MAX];
	gzFile file;

	snprintf(path, sizeof(path), "%s/proc/config.gz", root);
	file = gzopen(path, "re");
	if (file)
		return file;
	bw_machine_release(root, release, sizeof(release));
	snprintf(path, sizeof(path), "%s/boot/config-%s", root, release);
	return gzopen(path, "re");
}

int bw_machine_config(const char *root, const char *option, char *value, size_t size)
{
	gzFile file = open_config(root);
	size_t len = strlen(option);
	char line[1024];

	if (!file)
		return -ENOENT;
	snprintf(value, size, "n"); /* "# CONFIG_... is not set", or not known to this kernel */
	while (gzgets(file, line, sizeof(line))) {
		const char *from = line + len + 1;

		if (strncmp(line, option, len) != 0 || line[len] != '=')
			continue;
		from += *from == '"';
		snprintf(value, size, "%.*s", (int)strcspn(from, "\"\n"), from);
	}
	gzclose(file);
	return 0;
}

int bw_machine_capabilities(const char *root, uint64_t *capabilities)
{
	BW_FILE FILE *file = open_below(root, "/proc/self/status");
	BW_FREE char *line = NULL;
	size_t room = 0;

	if (!file)
		return -errno;
	while (getline(&line, &room, file) > 0)
		if (strncmp(line, "CapEff:", strlen("CapEff:")) == 0) {
			*capabilities = strtoull(line + strlen("CapEff:"), NULL, 16);
			return 0; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
		}
	return -ENOENT;
}

long bw_machine_number(const char *root, const char *path)
{
	char text[32], *end;
	long number;

	bw_machine_line(root, path, NULL, text, sizeof(text));
	number = strtol(text, &end, 10);
	return end == text ? -1 : number;
}

/* "[none] integrity confidentiality" */
void bw_machine_lockdown(const char *root, char *text, size_t size)
{
	char line[128];
	const char *from;

	bw_machine_line(root, "/sys/kernel/security/lockdown", NULL, line, sizeof(line));
	from = strchr(line, '[');
	snprintf(text, size, "%.*s", from ? (int)strcspn(from + 1, "]") : 0, from ? from + 1 : "");
}

enum bw_machine_distribution_id bw_machine_distribution(const char *root)
{
	const char *install = bw_headers_package(root);

	if (install && strncmp(install, "apt", 3) == 0)
		return BW_DISTRIBUTION_DEBIAN;
	if (install && strncmp(install, "dnf", 3) == 0)
		return BW_DISTRIBUTION_FEDORA;
	if (install && strncmp(install, "pacman", 6) == 0)
		return BW_DISTRIBUTION_ARCH;
	return BW_DISTRIBUTION_OTHER;
}
