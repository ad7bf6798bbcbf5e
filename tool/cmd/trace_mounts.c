/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trace_mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
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

static uint64_t hash_of(const struct bw_mount *m)
{
	const uint64_t which = (uint64_t)(unsigned)m->id << 32 ^ (uint64_t)m->major << 20 ^ m->minor;

	/* Not by its number alone: the next mount may have that of one that is gone. */
	return bw_hash(m->point, strlen(m->point)) ^ bw_hash((const char *)&which, sizeof(which)) ^
	       31 * bw_hash(m->root, strlen(m->root));
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool has(const uint64_t *sorted, size_t n, uint64_t hash)
{
	return n > 0 && bsearch(&hash, sorted, n, sizeof(hash), compare);
}

/* Of all that are marked, sorted; the caller's. NULL: no memory. */
static uint64_t *hashes_of_marked(const struct bw_mounts *mounts, size_t *n)
{
	uint64_t *hashes = calloc(mounts->n + 1, sizeof(*hashes));

	*n = 0;
	for (size_t i = 0; hashes && i < mounts->n; i++)
		if (mounts->mounts[i].beneath)
			hashes[(*n)++] = hash_of(&mounts->mounts[i]);
	if (hashes)
		qsort(hashes, *n, sizeof(*hashes), compare);
	return hashes;
}

static int watch_new(struct bw_trace_mounts *m, const struct bw_mounts *mounts,
		     int (*watch)(void *cookie, const char *point), void *cookie)
{
	int n = 0, r = 0;

	for (size_t i = 0; i < mounts->n && r != -EIO; i++) {
		const char *point = mounts->mounts[i].point;

		if (!mounts->mounts[i].beneath)
			continue;
		if (n++ == BW_TRACE_MOUNTS_MAX) {
			m->incomplete = true;
			bw_log_note("Not watched where else they are mounted: more than %d mounts beneath the paths.",
				    BW_TRACE_MOUNTS_MAX);
			return 0;
		}
		if (has(m->watched, m->n, hash_of(&mounts->mounts[i])))
			continue;
		r = watch(cookie, point);
		if (r == -EINTR)
			return r;
		m->incomplete |= r < 0 && r != -ENOENT; /* it went meanwhile */
		if (r < 0)
			bw_log_note("Not watched where else it is mounted%s: %s: %s",
				    r == -EIO ? ", nor are other mounts beneath the paths" : "", point, strerror(-r));
	}
	return 0;
}

int bw_trace_mounts_watch(struct bw_trace_mounts *m, char *const *paths, size_t n,
			  int (*watch)(void *cookie, const char *point), void *cookie)
{
	BW_CLEANUP(bw_mounts_free) struct bw_mounts mounts = {0};
	int r = read_beneath(&mounts, paths, n);

	if (r < 0) {
		m->incomplete = true;
		bw_log_note("Not watched where else they are mounted: file systems beneath the paths: " BW_MOUNTS
			    ": %s",
			    strerror(-r));
		return 0;
	}
	r = watch_new(m, &mounts, watch, cookie);
	free(m->watched);
	m->watched = hashes_of_marked(&mounts, &m->n);
	return r;
}

int bw_trace_mounts_open(struct bw_trace_mounts *m)
{
	m->fd = open(BW_MOUNTS, O_RDONLY | O_CLOEXEC);
	m->open = m->fd >= 0;
	return m->open ? 0 : bw_log_error(-errno, "cannot follow what is mounted: %s: %s", BW_MOUNTS, strerror(errno));
}

bool bw_trace_mounts_changed(struct bw_trace_mounts *m, char *const *paths, size_t n)
{
	struct pollfd fd = {.fd = m->fd, .events = POLLPRI};
	BW_CLEANUP(bw_mounts_free) struct bw_mounts mounts = {0};
	BW_FREE uint64_t *now = NULL;
	size_t n_now = 0, kept = 0;
	bool any = false;

	if (!m->open || poll(&fd, 1, 0) <= 0 || !(fd.revents & POLLPRI))
		return false;
	if (read_beneath(&mounts, paths, n) == 0)
		now = hashes_of_marked(&mounts, &n_now);
	if (!now)
		return true;
	for (size_t i = 0; i < n_now; i++)
		any |= !has(m->watched, m->n, now[i]);
	for (size_t i = 0; i < m->n; i++) /* another may be mounted there by the same number later */
		if (has(now, n_now, m->watched[i]))
			m->watched[kept++] = m->watched[i];
	m->n = kept;
	return any;
}

void bw_trace_mounts_close(struct bw_trace_mounts *m)
{
	if (m->open)
		close(m->fd);
	free(m->watched);
	*m = (struct bw_trace_mounts){0};
}
