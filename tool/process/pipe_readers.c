/* SPDX-License-Identifier: Apache-2.0 */
#include "process/pipe_readers.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process/open_files.h"

struct search {
	struct bw_pipe_readers *readers;
	char link[PATH_MAX]; /* what the pipe's links in /proc/PID/fd have: pipe:[INODE], or a fifo's path */
	struct stat st;	     /* of the pipe */
};

static bool is_pipe_s_link(void *cookie, const char *link)
{
	const struct search *s = cookie;

	return strcmp(link, s->link) == 0;
}

/*
 * A file's text was compared before anything is asked of the file, which might be on a dead network mount. The inode of
 * a pipe without a name stands in the text.
 */
static bool is_pipe(const struct search *s, const struct bw_open_file *file)
{
	struct stat st;

	return strncmp(file->link, "pipe:[", strlen("pipe:[")) == 0 ||
	       (stat(file->fd, &st) == 0 && st.st_dev == s->st.st_dev && st.st_ino == s->st.st_ino);
}

static bool add(void *cookie, const struct bw_open_file *file)
{
	struct search *s = cookie;
	struct bw_pipe_readers *readers = s->readers;

	if ((file->flags & O_ACCMODE) == O_WRONLY || !is_pipe(s, file))
		return true;
	if (readers->n < BW_PIPE_READERS_MAX)
		readers->pids[readers->n++] = file->pid;
	else
		readers->incomplete = true;
	return false;
}

int bw_pipe_readers_find(struct bw_pipe_readers *readers, const char *root, int fd)
{
	struct search s = {.readers = readers};
	const struct bw_open_files_search open_files = {is_pipe_s_link, add, &s};
	bool incomplete = false;
	char own[64];
	ssize_t n;
	int r;

	*readers = (struct bw_pipe_readers){0};
	if (fstat(fd, &s.st) < 0)
		return -errno;
	if (!S_ISFIFO(s.st.st_mode))
		return 0;
	snprintf(own, sizeof(own), "/proc/self/fd/%d", fd);
	n = readlink(own, s.link, sizeof(s.link) - 1);
	if (n <= 0)
		return -ENOENT;
	s.link[n] = '\0';
	r = bw_open_files_search(&open_files, root, &incomplete);
	readers->incomplete |= incomplete;
	return r;
}
