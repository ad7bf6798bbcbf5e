/* SPDX-License-Identifier: Apache-2.0 */
#include "process/executing.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"

/* The target of the link /proc/PID/NAME, without a request to its file system. False: it can't be read. */
static bool read_link(const char *pid, const char *name, char to[PATH_MAX])
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%.16s/%s", pid, name);
	n = readlink(path, to, PATH_MAX - 1);
	to[n < 0 ? 0 : n] = '\0';
	return n >= 0;
}

static bool is_one_of(const char *exe, char *const *paths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (paths[i] && strcmp(exe, paths[i]) == 0)
			return true;
	return false;
}

static bool is_roots(const char *pid)
{
	static const char initial[] = "user:[4026531837]"; /* PROC_USER_INIT_INO in the kernel's proc_ns.h */
	char path[64], namespace[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%.16s", pid);
	return stat(path, &st) == 0 && st.st_uid == 0 && read_link(pid, "ns/user", namespace) &&
	       strcmp(namespace, initial) == 0;
}

static void warn_of_processes(DIR *proc, char *const *paths, size_t n)
{
	enum { SHOWN = 8 };
	size_t found = 0;

	for (const struct dirent *entry; (entry = readdir(proc));) {
		char exe[PATH_MAX];

		if (!isdigit((unsigned char)*entry->d_name) || !read_link(entry->d_name, "exe", exe) ||
		    !is_one_of(exe, paths, n) || is_roots(entry->d_name))
			continue;
		if (++found <= SHOWN)
			bw_log_note("Process %s (%s) is excepted only after a restart: its execve(2) was not seen.",
				    entry->d_name, exe);
	}
	if (found > SHOWN)
		bw_log_note("%zu more processes of excepted programs are excepted only after a restart.",
			    found - SHOWN);
}

static void close_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

void bw_executing_warn(const char *const *programs, size_t n)
{
	BW_CLEANUP(close_dir) DIR *proc = opendir("/proc");
	char **paths = calloc(n + 1, sizeof(*paths));

	for (size_t i = 0; paths && i < n; i++)
		paths[i] = realpath(programs[i], NULL);
	if (paths && proc)
		warn_of_processes(proc, paths, n);
	for (size_t i = 0; paths && i < n; i++)
		free(paths[i]);
	free(paths);
}
