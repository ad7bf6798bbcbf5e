/* SPDX-License-Identifier: Apache-2.0 */
#include "base/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/signals.h"

/* How many directories are open at once: the innermost ones. */
enum { OPEN_MAX = 64 };

/*
 * A directory on the way down. It is read to its end before one in it is entered, since not all file systems go on
 * rightly where they were left once something has been removed.
 */
struct level {
	int fd; /* -1: closed; it is opened again, as "..", after those in it */
	dev_t dev;
	ino_t ino;
	char *names; /* len bytes: the directories in it, each with a NUL behind */
	size_t at, len, size;
};

struct levels {
	struct level *level;
	size_t n, size;
};

static void close_last(struct levels *levels)
{
	struct level *last = &levels->level[--levels->n];

	bw_cleanup_fd(&last->fd);
	free(last->names);
}

static void close_levels(struct levels *levels)
{
	while (levels->n > 0)
		close_last(levels);
	free(levels->level);
}

/* Makes space for more bytes behind len; false if there is no memory. */
static bool grow(void *array, size_t *size, size_t len, size_t more)
{
	size_t wanted = *size ? *size : 256;
	void *longer;

	if (len + more <= *size)
		return true;
	while (wanted < len + more)
		wanted *= 2;
	longer = realloc(*(void **)array, wanted);
	if (!longer)
		return false;
	*(void **)array = longer;
	*size = wanted;
	return true;
}

/* Back to the directory above; -ESTALE if it is not the one that was left. */
static int leave(struct levels *levels)
{
	struct level *last = &levels->level[levels->n - 1], *above = last - 1;
	struct stat st;

	if (levels->n > 1 && above->fd < 0) {
		above->fd = openat(last->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (above->fd < 0 || fstat(above->fd, &st) < 0)
			return errno == ENOENT || errno == EACCES ? -ESTALE : -errno;
		if (st.st_dev != above->dev || st.st_ino != above->ino)
			return -ESTALE;
	}
	close_last(levels);
	return 0;
}

static void skip(const struct bw_walk *walk, int dir, const char *name, int error)
{
	if (walk->skip && error != ENOENT)
		walk->skip(walk->cookie, dir, name, error);
}

static int note_dir(struct level *level, const char *name)
{
	size_t len = strlen(name) + 1;

	if (!grow(&level->names, &level->size, level->len, len))
		return -ENOMEM;
	memcpy(level->names + level->len, name, len);
	level->len += len;
	return 0;
}

static int look_at(const struct bw_walk *walk, struct level *level, const struct dirent64 *entry)
{
	struct stat st;

	if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
		return 0;
	if (entry->d_type == DT_DIR)
		return note_dir(level, entry->d_name);
	if (fstatat(level->fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		skip(walk, level->fd, entry->d_name, errno);
		return 0;
	}
	return S_ISDIR(st.st_mode) ? note_dir(level, entry->d_name)
				   : walk->each(walk->cookie, level->fd, entry->d_name, &st);
}

static int read_dir(const struct bw_walk *walk, struct level *level)
{
	_Alignas(struct dirent64) char buf[1 << 15];
	ssize_t n;
	int r = 0;

	while ((n = getdents64(level->fd, buf, sizeof(buf))) > 0) {
		if (bw_signals_pending())
			return -EINTR;
		for (ssize_t at = 0; at < n && r == 0;) {
			const struct dirent64 *entry = (const struct dirent64 *)(buf + at);

			r = look_at(walk, level, entry);
			at += entry->d_reclen;
		}
		if (r != 0)
			return r;
	}
	if (n < 0)
		skip(walk, level->fd, NULL, errno);
	return 0;
}

static int push(struct levels *levels, int fd, const struct stat *st)
{
	if (!grow(&levels->level, &levels->size, levels->n * sizeof(*levels->level), sizeof(*levels->level)))
		return -ENOMEM;
	if (levels->n >= OPEN_MAX) {
		struct level *far = &levels->level[levels->n - OPEN_MAX];

		bw_cleanup_fd(&far->fd);
		far->fd = -1;
	}
	levels->level[levels->n++] = (struct level){.fd = fd, .dev = st->st_dev, .ino = st->st_ino};
	return 0;
}

static int enter(const struct bw_walk *walk, struct levels *levels, int dir, const char *name)
{
	BW_FD int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	int r;

	if (fd < 0 && (errno == EMFILE || errno == ENFILE || levels->n == 0))
		return -errno;
	if (fd < 0 || fstat(fd, &st) < 0) {
		skip(walk, dir, name, errno);
		return 0;
	}
	if (bw_signals_pending())
		return -EINTR;
	r = walk->enter ? walk->enter(walk->cookie, &st) : 0;
	if (r == 0)
		r = push(levels, fd, &st);
	if (r != 0)
		return r;
	bw_cleanup_take_fd(&fd);
	return read_dir(walk, &levels->level[levels->n - 1]);
}

int bw_walk(const struct bw_walk *walk, int dir)
{
	BW_CLEANUP(close_levels) struct levels levels = {0};
	int r = enter(walk, &levels, dir, ".");

	while (r == 0 && levels.n > 0) {
		struct level *last = &levels.level[levels.n - 1];
		const char *name;

		if (last->at == last->len) {
			r = leave(&levels);
			continue;
		}
		name = last->names + last->at;
		last->at += strlen(name) + 1;
		r = enter(walk, &levels, last->fd, name);
	}
	return r;
}
