/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/cpu.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/parse.h"

enum { CPUS_MAX = 1 << 16 };

/* Reads a list as "0-3,5": each number is appended to cpus, which holds CPUS_MAX. */
static int read_list(char *list, uint32_t *cpus, uint32_t *n)
{
	char *saved;

	*n = 0;
	for (char *range = strtok_r(list, ",\n", &saved); range; range = strtok_r(NULL, ",\n", &saved)) {
		char *dash = strchr(range, '-');
		uint64_t first, last;

		if (dash)
			*dash = '\0';
		if (bw_parse_number(range, CPUS_MAX - 1, &first) < 0 ||
		    bw_parse_number(dash ? dash + 1 : range, CPUS_MAX - 1, &last) < 0)
			return -EINVAL;
		for (; first <= last && *n < CPUS_MAX; first++)
			cpus[(*n)++] = (uint32_t)first;
	}
	return *n > 0 ? 0 : -EINVAL;
}

static int open_list(const char *root, const char *which)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/sys/devices/system/cpu/%s", root, which);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int read_cpus(int fd, uint32_t **cpus, uint32_t *n)
{
	BW_FREE uint32_t *all = malloc(CPUS_MAX * sizeof(*all));
	BW_FREE char *list = NULL;
	size_t len;
	int r;

	if (!all)
		return -ENOMEM;
	r = fd < 0 ? fd : bw_file_read_all(fd, 1 << 16, &list, &len);
	if (r == 0)
		r = read_list(list, all, n);
	if (r == 0)
		*cpus = BW_TAKE(all);
	return r;
}

int bw_cpu_possible(const char *root, uint32_t *n)
{
	BW_FREE uint32_t *cpus = NULL;
	BW_FD int fd = open_list(root, "possible");
	uint32_t len;
	int r = read_cpus(fd, &cpus, &len);

	if (r == 0)
		*n = cpus[len - 1] + 1;
	return r;
}

int bw_cpu_online(const char *root, uint32_t **cpus, uint32_t *n)
{
	BW_FD int fd = bw_cpu_online_open(root);

	return read_cpus(fd, cpus, n);
}

int bw_cpu_online_open(const char *root)
{
	return open_list(root, "online");
}

int bw_cpu_online_read(int fd, uint32_t **cpus, uint32_t *n)
{
	return read_cpus(fd, cpus, n);
}
