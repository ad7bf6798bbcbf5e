/* SPDX-License-Identifier: Apache-2.0 */
#include "base/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/*
 * A folder that is open. It is read to its end before one in it is entered, since not all file systems go on rightly
 * where they were left once something has been removed.
 */
struct level {
	int fd;
	char *names; /* len bytes: the folders in it, each with a NUL behind */
	size_t at, len, size;
};

struct levels {
	struct level *level;
	size_t n, size;
};

static void close_last(struct levels *levels)
{
	struct level *last = &levels->level[--levels->n];

	close(last->fd);
	free(last->names);
}

static void close_levels(struct levels *levels)
{
	while (levels->n > 0)
		close_last(levels);
	free(levels->level);
}

/* Room for more bytes behind len; false if there is no memory. */
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

static void skip(const struct bw_walk *walk, int folder, const char *name, int error)
{
	if (walk->skip && error != ENOENT)
		walk->skip(walk->cookie, folder, name, error);
}

static int note_folder(struct level *level, const char *name)
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
		return note_folder(level, entry->d_name);
	if (fstatat(level->fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		skip(walk, level->fd, entry->d_name, errno);
		return 0;
	}
	return S_ISDIR(st.st_mode) ? note_folder(level, entry->d_name)
				   : walk->each(walk->cookie, level->fd, entry->d_name, &st);
}

static int read_folder(const struct bw_walk *walk, struct level *level)
{
	_Alignas(struct dirent64) char buf[1 << 15];
	ssize_t n;
	int r = 0;

	while ((n = getdents64(level->fd, buf, sizeof(buf))) > 0) {
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

static int enter(const struct bw_walk *walk, struct levels *levels, int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && (errno == EMFILE || errno == ENFILE || levels->n == 0))
		return -errno;
	if (fd < 0) {
		skip(walk, folder, name, errno);
		return 0;
	}
	if (!grow(&levels->level, &levels->size, levels->n * sizeof(*levels->level), sizeof(*levels->level))) {
		close(fd);
		return -ENOMEM;
	}
	levels->level[levels->n++] = (struct level){.fd = fd};
	return read_folder(walk, &levels->level[levels->n - 1]);
}

int bw_walk(const struct bw_walk *walk, int folder)
{
	BW_CLEANUP(close_levels) struct levels levels = {0};
	int r = enter(walk, &levels, folder, ".");

	while (r == 0 && levels.n > 0) {
		struct level *last = &levels.level[levels.n - 1];
		const char *name = last->names + last->at;

		if (last->at == last->len) {
			close_last(&levels);
			continue;
		}
		last->at += strlen(name) + 1;
		r = enter(walk, &levels, last->fd, name);
	}
	return r;
}
