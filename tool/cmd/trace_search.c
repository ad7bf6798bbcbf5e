/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trace_search.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/deadline.h"

static int wait_for(struct bw_trace_search *s, const char *path)
{
	const size_t n = s->n_waiting;
	char *copy = strdup(path), **more = s->waiting;

	if (copy && (n & (n - 1)) == 0)
		more = reallocarray(s->waiting, n ? 2 * n : 1, sizeof(*more));
	if (!copy || !more) {
		free(copy);
		return -ENOMEM;
	}
	s->waiting = more;
	more[s->n_waiting++] = copy;
	return 0;
}

int bw_trace_search_open(struct bw_trace_search *s, const char *directory)
{
	struct stat st;

	*s = (struct bw_trace_search){0};
	if (stat(directory, &st) < 0)
		return -errno;
	s->dev = st.st_dev;
	if (strlen(directory) >= sizeof(s->path))
		return -ENAMETOOLONG;
	return wait_for(s, directory);
}

/* Only the first one may be named by a symlink: the others were directories when they were found. */
static void open_next(struct bw_trace_search *s, bool first)
{
	BW_FREE char *path = s->waiting[--s->n_waiting];
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (first ? 0 : O_NOFOLLOW));
	struct stat st;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && st.st_dev == s->dev)
		s->at = fdopendir(fd);
	if (!s->at)
		close(fd);
	snprintf(s->path, sizeof(s->path), "%s", path);
}

/* 1: it is a file of several names, at `path`. */
static int look_at(struct bw_trace_search *s, const struct dirent *entry, char path[PATH_MAX])
{
	const size_t len = strlen(s->path);
	struct stat st;
	int n;

	if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
		return 0;
	n = snprintf(path, PATH_MAX, "%s%s%s", s->path, len > 0 && s->path[len - 1] == '/' ? "" : "/", entry->d_name);
	if (n >= PATH_MAX)
		return 0;
	if (entry->d_type == DT_DIR)
		return wait_for(s, path);
	if (entry->d_type != DT_REG && entry->d_type != DT_UNKNOWN)
		return 0;
	if (fstatat(dirfd(s->at), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (S_ISDIR(st.st_mode))
		return wait_for(s, path);
	return S_ISREG(st.st_mode) && st.st_nlink > 1;
}

int bw_trace_search_next(struct bw_trace_search *s, uint64_t end, char path[PATH_MAX])
{
	const struct dirent *entry;
	int r = 0;

	while (r == 0) {
		if (bw_deadline_now() >= end)
			return -EAGAIN;
		if (!s->at && s->n_waiting == 0)
			return -ENOENT;
		if (!s->at)
			open_next(s, !*s->path);
		entry = s->at ? readdir(s->at) : NULL;
		if (entry) {
			r = look_at(s, entry, path);
		} else if (s->at) {
			closedir(s->at);
			s->at = NULL;
		}
	}
	return r < 0 ? r : 0;
}

void bw_trace_search_close(struct bw_trace_search *s)
{
	if (s->at)
		closedir(s->at);
	while (s->n_waiting > 0)
		free(s->waiting[--s->n_waiting]);
	free(s->waiting);
	*s = (struct bw_trace_search){0};
}
