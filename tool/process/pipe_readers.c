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

enum { PIPES_MAX = 8 };

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
	for (size_t i = 0; i < readers->n; i++)
		if (readers->pids[i] == file->pid)
			return false;
	if (readers->n < BW_PIPE_READERS_MAX)
		readers->pids[readers->n++] = file->pid;
	else
		readers->incomplete = true;
	return false;
}

static int search(struct search *s, const char *root)
{
	const struct bw_open_files_search open_files = {is_pipe_s_link, add, s};
	bool incomplete = false;
	int r = bw_open_files_search(&open_files, root, &incomplete);

	s->readers->incomplete |= incomplete;
	return r;
}

static int read_link(struct search *s, const char *path)
{
	ssize_t n = readlink(path, s->link, sizeof(s->link) - 1);

	if (n <= 0)
		return -ENOENT;
	s->link[n] = '\0';
	return 0;
}

/* `bccwatch trace | grep x | while read ...`: the loop reads what grep writes. */
static int search_behind(struct search *s, const char *root)
{
	struct bw_pipe_readers *readers = s->readers;
	char path[PATH_MAX], own[PATH_MAX];
	int r = 0, pipes = 1;

	memcpy(own, s->link, sizeof(own));
	for (size_t i = 0; i < readers->n && r == 0; i++) {
		snprintf(path, sizeof(path), "%s/proc/%d/fd/1", root, (int)readers->pids[i]);
		if (read_link(s, path) < 0 || strncmp(s->link, "pipe:[", strlen("pipe:[")) != 0 ||
		    strcmp(s->link, own) == 0)
			continue;
		if (++pipes > PIPES_MAX) {
			readers->incomplete = true;
			break;
		}
		r = search(s, root);
	}
	return r;
}

int bw_pipe_readers_find(struct bw_pipe_readers *readers, const char *root, int fd)
{
	struct search s = {.readers = readers};
	char own[64];
	int r;

	*readers = (struct bw_pipe_readers){0};
	if (fstat(fd, &s.st) < 0)
		return -errno;
	if (!S_ISFIFO(s.st.st_mode))
		return 0;
	snprintf(own, sizeof(own), "/proc/self/fd/%d", fd);
	r = read_link(&s, own);
	if (r == 0)
		r = search(&s, root);
	return r == 0 ? search_behind(&s, root) : r;
}
