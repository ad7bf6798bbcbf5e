/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/directories.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "enforce/ancestors.h"
#include "enforce/identity.h"
#include "enforce/linked_files.h"
#include "process/hidden_mounts.h"
#include "process/mounts.h"

static int complain(int error, const char *path)
{
	return error == -E2BIG ? error : bw_log_error(error, "cannot protect '%s': %s", path, strerror(-error));
}

int bw_directories_open(const char *path)
{
	struct stat st;
	BW_FD int fd = bw_identity_open(path);

	if (fd < 0)
		return complain(fd, path);
	if (fstat(fd, &st) < 0)
		return complain(-errno, path);
	return S_ISDIR(st.st_mode) ? bw_cleanup_take_fd(&fd)
				   : bw_log_error(-ENOTDIR, "--dir %s: not a directory", path);
}

/* The path by which the kernel knows the directory now; the caller's. NULL: no memory. */
static char *path_of(int fd)
{
	char name[64], target[PATH_MAX] = "";
	ssize_t n;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	n = readlink(name, target, sizeof(target) - 1);
	target[n < 0 ? 0 : n] = '\0';
	return strdup(target);
}

/* held: it can't leave memory. 0 or -errno, reported but for -E2BIG. */
static int protect(struct bw_enforcement *e, const struct learned *dir, bool held)
{
	int r = bw_identity_protect(e, "dirs", dir, held, e->access.beneath);

	return r < 0 ? r : bw_identity_put(e, "devices", &dir->file.dev, 0);
}

/* As UNKNOWN in bpf_src/lib/directories.h. */
static const uint32_t unknown = 0x80000000;

/* Where another directory of the rules is above, its rules hold here, too: the program looks at the nearest alone. */
static int add_above(struct bw_enforcement *e, bool *changed)
{
	for (size_t i = 0; i < e->n_dirs; i++) {
		struct learned learned = {0};
		struct bw_access *access = &e->dir_access[i];
		int r = bw_identity_learn(e, e->dirs[i].fd, &learned);
		const uint32_t above = learned.above & unknown ? 0 : learned.above;

		if (r < 0)
			return r;
		if (!(above & ~access->beneath))
			continue;
		access->beneath |= above;
		*changed = true;
		r = bw_identity_protect(e, "dirs", &learned, true, access->beneath);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Until nothing changes: as often as directories lie in each other. */
static int add_all_above(struct bw_enforcement *e)
{
	bool changed = e->policies && e->policies->used && e->n_dirs > 1;
	int r = 0;

	while (changed && r == 0) {
		changed = false;
		r = add_above(e, &changed);
	}
	return r < 0 && r != -E2BIG ? bw_log_error(r, "cannot protect directories in each other: %s", strerror(-r)) : r;
}

/* fd is held. */
static int add_dir(struct bw_enforcement *e, int fd)
{
	struct bw_hidden_mounts_dir *more = reallocarray(e->dirs, e->n_dirs + 1, sizeof(*more));
	struct bw_access *access = reallocarray(e->dir_access, e->n_dirs + 1, sizeof(*access));

	if (more)
		e->dirs = more;
	if (access)
		e->dir_access = access;
	if (!more || !access)
		return -ENOMEM;
	access[e->n_dirs] = e->access;
	more[e->n_dirs++] = (struct bw_hidden_mounts_dir){.fd = fd};
	return 0;
}

/* Where the directories are now, for they can be moved; and what is beneath them there. */
static int mark_mounts(struct bw_enforcement *e, struct bw_mounts *now)
{
	for (size_t i = 0; i < e->n_dirs; i++) {
		struct bw_hidden_mounts_dir *dir = &e->dirs[i];

		free((char *)dir->path);
		dir->path = path_of(dir->fd);
		dir->mount = bw_mounts_id_of(dir->fd);
		if (!dir->path)
			return -ENOMEM;
		if (!bw_mounts_find(now, dir->mount))
			bw_log_note("Not protected: mounts beneath '%s', which was unmounted itself.", dir->path);
		bw_mounts_mark(now, dir->mount, dir->path);
	}
	return 0;
}

/* The directory itself is protected as what is beneath it. */
static int protect_above(struct bw_enforcement *e, int fd)
{
	BW_FREE char *path = path_of(fd);
	char *slash = path ? strrchr(path, '/') : NULL;

	if (!slash)
		return -ENOMEM;
	slash[slash == path] = '\0';
	return bw_ancestors_protect(e, path);
}

int bw_directories_protect(struct bw_enforcement *e, const char *path)
{
	struct learned learned = {0};
	int fd = bw_directories_open(path), r;

	if (fd < 0)
		return fd;
	r = bw_identity_hold(e, fd, &learned);
	if (r < 0)
		return complain(r, path);
	r = protect(e, &learned, true);
	if (r == 0)
		r = add_dir(e, fd);
	if (r == 0)
		r = protect_above(e, fd);
	return r < 0 ? r : bw_linked_files_add(e, fd, path);
}

static bool is_beneath(const char *point, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(point, dir, len) == 0 && (dir[len - 1] == '/' || point[len] == '/' || !point[len]);
}

/* What the rules for all directories that the mount is beneath deny; where its path names none of them, all do. */
static struct bw_access access_beneath(const struct bw_enforcement *e, const char *point)
{
	struct bw_access found = {0}, all = {0};

	for (size_t i = 0; i < e->n_dirs; i++) {
		all.beneath |= e->dir_access[i].beneath;
		if (e->dirs[i].path && *e->dirs[i].path && is_beneath(point, e->dirs[i].path))
			found.beneath |= e->dir_access[i].beneath;
	}
	return found.beneath ? found : all;
}

/* Takes fd. searched: there are no other links to be looked for. */
static int protect_mount(struct bw_enforcement *e, int given, const char *point, bool searched)
{
	struct learned learned = {0};
	struct stat st = {0};
	BW_FD int fd = given;
	int r = fd < 0 ? -ENOENT : 0;

	if (e->policies && e->policies->used)
		e->access = access_beneath(e, point);
	if (r == 0 && fstat(fd, &st) < 0)
		r = -errno;
	if (r == 0 && !S_ISDIR(st.st_mode))
		return bw_linked_files_protect(e, fd, e->access.beneath, "", point);
	if (r == 0)
		r = bw_identity_learn(e, fd, &learned);
	if (r == -E2BIG)
		return r;
	if (r < 0) {
		/* What hides it could not be unmounted, or its file system does not let root in, or answers no more. */
		bw_log_note("Not protected where else it may be mounted: %s: %s", point, strerror(-r));
		return 0;
	}
	r = protect(e, &learned, false);
	return r == 0 && !searched ? bw_linked_files_add(e, fd, point) : r;
}

static int protect_hidden(void *cookie, int fd, const char *point, bool whole)
{
	return protect_mount(cookie, fd, point, whole);
}

/*
 * Was it there, when the list was read last? Another can have come in its place since, with all the same numbers; but
 * not another directory of that name.
 */
static bool is_known(const struct bw_enforcement *e, const struct bw_mount *m)
{
	const struct bw_mount *known = bw_mounts_find(&e->mounts, m->id);

	return known && known->beneath && known->parent == m->parent && known->major == m->major &&
	       known->minor == m->minor && strcmp(known->root, m->root) == 0 && strcmp(known->point, m->point) == 0;
}

static int protect_listed(struct bw_enforcement *e, const struct bw_mounts *now, bool *hidden)
{
	int r = 0;

	for (size_t i = 0; i < now->n && r == 0; i++) {
		const struct bw_mount *m = &now->mounts[i];
		int fd;

		if (!m->beneath)
			continue;
		fd = bw_hidden_mounts_open(m->point, m->id);
		if (fd < 0)
			*hidden = true;
		else
			r = protect_mount(e, fd, m->point, bw_mounts_is_whole(m) || is_known(e, m));
	}
	return r;
}

static int protect_mounts(struct bw_enforcement *e)
{
	struct bw_mounts now;
	bool hidden = false;
	int r = e->n_dirs ? bw_mounts_read("", &now) : 0;

	if (r < 0)
		bw_mounts_free(&now);
	if (r < 0 || e->n_dirs == 0)
		return r < 0 ? bw_log_error(r, "cannot read what is mounted: " BW_MOUNTS ": %s", strerror(-r)) : 0;
	r = mark_mounts(e, &now);
	if (r == 0)
		r = protect_listed(e, &now, &hidden);
	if (r == 0 && hidden)
		r = bw_hidden_mounts_each(e->dirs, e->n_dirs, protect_hidden, e);
	if (r == -ECHILD || r == -EPROTO) {
		bw_log_note("Not protected where else they may be mounted: what other mounts hide beneath the "
			    "directories.");
		r = 0;
	}
	bw_mounts_free(&e->mounts);
	e->mounts = now;
	return r;
}

int bw_directories_search(struct bw_enforcement *e)
{
	int r = add_all_above(e);

	if (r == 0)
		r = protect_mounts(e);
	if (r == 0)
		r = bw_linked_files_search(e, e->error != 0);
	bw_linked_files_free(e);
	if (r == 0 && bw_loaded_sum(e->loaded, "outcomes", OUTCOME_UNLEARNED) > 0)
		return -E2BIG; /* what was moved or linked meanwhile */
	return r;
}

void bw_directories_update(struct bw_enforcement *e)
{
	int r;

	if (e->n_dirs == 0)
		return;
	e->settings.learning = 1;
	r = bw_identity_mode(e, MODE_ENFORCE);
	if (r == 0)
		r = add_all_above(e);
	if (r == 0)
		r = protect_mounts(e);
	if (r == 0)
		r = bw_linked_files_search(e, false);
	bw_linked_files_free(e);
	if (r < 0)
		bw_mounts_free(&e->mounts); /* all of it is to be searched the next time */
	e->settings.learning = 0;
	bw_identity_mode(e, MODE_ENFORCE);
	if (r < 0 && r != -EINTR)
		bw_log_error(r, "cannot protect all that was mounted: %s", strerror(-r));
}

void bw_directories_free(struct bw_enforcement *e)
{
	bw_linked_files_free(e);
	for (size_t i = 0; i < e->n_dirs; i++)
		free((char *)e->dirs[i].path);
	free(e->dirs);
	free(e->dir_access);
	e->dirs = NULL;
	e->dir_access = NULL;
	e->n_dirs = 0;
	bw_mounts_free(&e->mounts);
}
