/* SPDX-License-Identifier: Apache-2.0 */
#include "process/open_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/file.h"
#include "base/parse.h"

enum { SEARCH_MS = 1000 };

static void close_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static DIR *open_dir(int at, const char *path)
{
	BW_FD int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (dir)
		bw_cleanup_take_fd(&fd);
	return dir;
}

/* By the line "flags:" of fdinfo, which is octal. -1: it cannot be read. */
static int flags_of(int process, const char *name)
{
	BW_FREE char *info = NULL;
	char path[NAME_MAX + 16];
	const char *flags;
	BW_FD int fd = -1;
	size_t len;

	snprintf(path, sizeof(path), "fdinfo/%s", name);
	fd = openat(process, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || bw_file_read_fd(fd, 1 << 16, &info, &len) < 0)
		return -1;
	flags = strstr(info, "flags:");
	return flags ? (int)strtoul(flags + strlen("flags:"), NULL, 8) : -1;
}

/* False: nothing more of the process is wanted. */
static bool look_at(const struct bw_open_files_search *s, const char *root, pid_t pid, int process, const char *name)
{
	char link[PATH_MAX], path[PATH_MAX], relative[NAME_MAX + 4];
	struct bw_open_file file = {.pid = pid, .link = link, .fd = path};
	ssize_t n;

	snprintf(relative, sizeof(relative), "fd/%s", name);
	n = readlinkat(process, relative, link, sizeof(link) - 1);
	link[n > 0 ? n : 0] = '\0';
	if (n <= 0 || !s->wanted(s->cookie, link))
		return true;
	file.flags = flags_of(process, name);
	snprintf(path, sizeof(path), "%s/proc/%d/%s", root, (int)pid, relative);
	return file.flags < 0 || s->found(s->cookie, &file);
}

static void search_process(const struct bw_open_files_search *s, const char *root, pid_t pid, int process, uint64_t end)
{
	BW_CLEANUP(close_dir) DIR *fds = open_dir(process, "fd");
	const struct dirent *entry;

	while (fds && (entry = readdir(fds)) && bw_deadline_now() < end)
		if (*entry->d_name != '.' && !look_at(s, root, pid, process, entry->d_name))
			return;
}

int bw_open_files_search(const struct bw_open_files_search *s, const char *root, bool *incomplete)
{
	const uint64_t end = bw_deadline_now() + SEARCH_MS;
	BW_CLEANUP(close_dir) DIR *proc = NULL;
	const struct dirent *entry;
	char path[PATH_MAX];
	uint64_t pid;

	snprintf(path, sizeof(path), "%s/proc", root);
	proc = open_dir(AT_FDCWD, path);
	if (!proc)
		return -errno;
	while ((entry = readdir(proc)) && bw_deadline_now() < end) {
		BW_FD int process = -1;

		if (bw_parse_number(entry->d_name, INT32_MAX, &pid) < 0 || (pid_t)pid == getpid())
			continue;
		process = openat(dirfd(proc), entry->d_name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (process >= 0)
			search_process(s, root, (pid_t)pid, process, end);
	}
	*incomplete = entry != NULL;
	return 0;
}
