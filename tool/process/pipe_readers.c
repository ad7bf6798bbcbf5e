/* SPDX-License-Identifier: Apache-2.0 */
#include "process/pipe_readers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/file.h"
#include "base/parse.h"

enum { SEARCH_MS = 1000 };

struct search {
	struct bw_pipe_readers *readers;
	char link[PATH_MAX]; /* what the pipe's links in /proc/PID/fd have: pipe:[INODE], or a fifo's path */
	struct stat st;	     /* of the pipe */
	uint64_t end;
};

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

/* The target of a link, or false. */
static bool read_link(int at, const char *name, char target[PATH_MAX])
{
	ssize_t n = readlinkat(at, name, target, PATH_MAX - 1);

	target[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/*
 * A file's text is compared before anything is asked of the file, which might be on a dead network mount. The inode of
 * a pipe without a name stands in the text.
 */
static bool is_pipe(const struct search *s, int fds, const char *name)
{
	char target[PATH_MAX];
	struct stat st;

	if (!read_link(fds, name, target) || strcmp(target, s->link) != 0)
		return false;
	if (strncmp(target, "pipe:[", strlen("pipe:[")) == 0)
		return true;
	return fstatat(fds, name, &st, 0) == 0 && st.st_dev == s->st.st_dev && st.st_ino == s->st.st_ino;
}

/* By the line "flags:" of fdinfo, which is octal. */
static bool is_for_reading(int process, const char *name)
{
	BW_FREE char *info = NULL;
	char path[NAME_MAX + 16];
	const char *flags;
	BW_FD int fd = -1;
	size_t len;

	snprintf(path, sizeof(path), "fdinfo/%s", name);
	fd = openat(process, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || bw_file_read_fd(fd, 1 << 16, &info, &len) < 0)
		return false;
	flags = strstr(info, "flags:");
	return flags && (strtoul(flags + strlen("flags:"), NULL, 8) & O_ACCMODE) != O_WRONLY;
}

static bool reads(const struct search *s, int process)
{
	BW_CLEANUP(close_dir) DIR *fds = open_dir(process, "fd");
	const struct dirent *entry;

	while (fds && (entry = readdir(fds)) && bw_deadline_now() < s->end)
		if (*entry->d_name != '.' && is_pipe(s, dirfd(fds), entry->d_name) &&
		    is_for_reading(process, entry->d_name))
			return true;
	return false;
}

static void add(struct bw_pipe_readers *readers, pid_t pid)
{
	if (readers->n < BW_PIPE_READERS_MAX)
		readers->pids[readers->n++] = pid;
	else
		readers->incomplete = true;
}

static int search(struct search *s, const char *root)
{
	char path[PATH_MAX];
	BW_CLEANUP(close_dir) DIR *proc = NULL;
	const struct dirent *entry;
	uint64_t pid;

	snprintf(path, sizeof(path), "%s/proc", root);
	proc = open_dir(AT_FDCWD, path);
	if (!proc)
		return -errno;
	while ((entry = readdir(proc)) && bw_deadline_now() < s->end) {
		BW_FD int process = -1;

		if (bw_parse_number(entry->d_name, INT32_MAX, &pid) < 0 || (pid_t)pid == getpid())
			continue;
		process = openat(dirfd(proc), entry->d_name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (process >= 0 && reads(s, process))
			add(s->readers, (pid_t)pid);
	}
	s->readers->incomplete |= entry != NULL;
	return 0;
}

int bw_pipe_readers_find(struct bw_pipe_readers *readers, const char *root, int fd)
{
	struct search s = {.readers = readers, .end = bw_deadline_now() + SEARCH_MS};
	char own[64];

	*readers = (struct bw_pipe_readers){0};
	if (fstat(fd, &s.st) < 0)
		return -errno;
	if (!S_ISFIFO(s.st.st_mode))
		return 0;
	snprintf(own, sizeof(own), "/proc/self/fd/%d", fd);
	return read_link(AT_FDCWD, own, s.link) ? search(&s, root) : -ENOENT;
}
