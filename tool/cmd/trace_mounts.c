/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trace_mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/log.h"
#include "process/mounts.h"

/* How many bytes of the path the mount point has; 0: the path is not beneath it. */
static size_t covers(const struct bw_mount *m, const char *path)
{
	size_t n = strlen(m->point);

	if (strcmp(m->point, "/") == 0)
		return 1;
	return strncmp(path, m->point, n) == 0 && (path[n] == '/' || path[n] == '\0') ? n : 0;
}

/* The mount that the path is in: at the nearest mount point, the one that no other hides. NULL: none. */
static const struct bw_mount *mount_of(const struct bw_mounts *mounts, const char *path)
{
	const struct bw_mount *best = NULL;
	size_t length = 0;

	for (size_t i = 0; i < mounts->n; i++) {
		const struct bw_mount *m = &mounts->mounts[i];
		size_t n = covers(m, path);

		if (n == 0 || n < length || (n == length && best && best->parent == m->id))
			continue;
		best = m;
		length = n;
	}
	return best;
}

/* Adds to those that are marked the mounts beneath the path. */
static void mark(struct bw_mounts *mounts, const char *path)
{
	const struct bw_mount *in = mount_of(mounts, path);

	if (in)
		bw_mounts_mark(mounts, in->id, path);
}

/* Marks what is mounted beneath the paths. 0 or -errno. */
static int read_beneath(struct bw_mounts *mounts, char *const *paths, size_t n)
{
	int r = n > 0 ? bw_mounts_read("", mounts) : 0;

	for (size_t i = 0; i < n && r == 0; i++)
		mark(mounts, paths[i]);
	return r;
}

static int watch_marked(const struct bw_mounts *mounts, int (*watch)(void *cookie, const char *point), void *cookie)
{
	int n = 0, r = 0;

	for (size_t i = 0; i < mounts->n && r != -EIO; i++) {
		const char *point = mounts->mounts[i].point;

		if (!mounts->mounts[i].beneath)
			continue;
		if (n++ == BW_TRACE_MOUNTS_MAX) {
			bw_log_note("Not watched where else they are mounted: more than %d mounts beneath the paths.",
				    BW_TRACE_MOUNTS_MAX);
			return 0;
		}
		r = watch(cookie, point);
		if (r == -EINTR)
			return r;
		if (r < 0)
			bw_log_note("Not watched where else it is mounted%s: %s: %s",
				    r == -EIO ? ", nor are other mounts beneath the paths" : "", point, strerror(-r));
	}
	return 0;
}

int bw_trace_mounts_watch(char *const *paths, size_t n, int (*watch)(void *cookie, const char *point), void *cookie)
{
	BW_CLEANUP(bw_mounts_free) struct bw_mounts mounts = {0};
	int r = read_beneath(&mounts, paths, n);

	if (r < 0)
		bw_log_note("Not watched where else they are mounted: file systems beneath the paths: " BW_MOUNTS
			    ": %s",
			    strerror(-r));
	return r == 0 ? watch_marked(&mounts, watch, cookie) : 0;
}

int bw_trace_mounts_open(struct bw_trace_mounts *m)
{
	m->fd = open(BW_MOUNTS, O_RDONLY | O_CLOEXEC);
	m->open = m->fd >= 0;
	return m->open ? 0 : bw_log_error(-errno, "cannot follow what is mounted: %s: %s", BW_MOUNTS, strerror(errno));
}

/* In whatever order. */
static uint64_t hash_of_marked(const struct bw_mounts *mounts)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < mounts->n; i++) {
		const struct bw_mount *m = &mounts->mounts[i];

		const uint64_t which = (uint64_t)(unsigned)m->id << 32 ^ (uint64_t)m->major << 20 ^ m->minor;

		if (m->beneath)
			hash += bw_hash(m->point, strlen(m->point)) * (2 * which + 1);
	}
	return hash;
}

/* On a machine where containers come and go, most mounts are elsewhere. */
bool bw_trace_mounts_changed(struct bw_trace_mounts *m, char *const *paths, size_t n)
{
	struct pollfd fd = {.fd = m->fd, .events = POLLPRI};
	BW_CLEANUP(bw_mounts_free) struct bw_mounts mounts = {0};
	const uint64_t before = m->beneath;

	if (!m->open || poll(&fd, 1, 0) <= 0 || !(fd.revents & POLLPRI))
		return false;
	if (read_beneath(&mounts, paths, n) < 0)
		return true;
	m->beneath = hash_of_marked(&mounts);
	return m->beneath != before;
}

void bw_trace_mounts_close(struct bw_trace_mounts *m)
{
	if (m->open)
		close(m->fd);
	m->open = false;
}
