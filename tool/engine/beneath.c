/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/walk.h"
#include "engine/identity.h"
#include "kernel/hidden.h"
#include "kernel/mounts.h"

/* A directory, or what is mounted beneath one, that is to be searched. */
struct bw_search {
	int fd; /* of a view without what is mounted on it; -1: all its file system is in it, so there is nothing
		   outside */
	char *name;
};

static int complain(int error, const char *path)
{
	return error == -E2BIG ? error : bw_err(error, "can't guard %s: %s", path, strerror(-error));
}

int bw_beneath_open(const char *path)
{
	struct stat st;
	BW_FD int fd = bw_identity_open(path);

	if (fd < 0)
		return complain(fd, path);
	if (fstat(fd, &st) < 0)
		return complain(-errno, path);
	return S_ISDIR(st.st_mode) ? bw_take_fd(&fd) : bw_err(-ENOTDIR, "--dir %s: not a directory", path);
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

/* Remembers what is to be searched; takes fd. */
static int add_search(struct bw_guard *g, int fd, const char *name)
{
	struct bw_search *more = reallocarray(g->searches, g->n_searches + 1, sizeof(*more));

	if (more)
		g->searches = more;
	if (!more || !(more[g->n_searches].name = strdup(name))) {
		bw_close_fd(&fd);
		return -ENOMEM;
	}
	more[g->n_searches++].fd = fd;
	return 0;
}

static void drop_searches(struct bw_guard *g)
{
	for (size_t i = 0; i < g->n_searches; i++) {
		bw_close_fd(&g->searches[i].fd);
		free(g->searches[i].name);
	}
	free(g->searches);
	g->searches = NULL;
	g->n_searches = 0;
}

/* open_tree(2): a mount of the same directory of which nobody knows, without what is mounted on it. The caller's. */
static int clone_of(int fd, const char *name)
{
	enum { CLONE = 1 };
	int clone = (int)syscall(__NR_open_tree, fd, "", AT_EMPTY_PATH | CLONE | O_CLOEXEC);

	if (clone >= 0)
		return clone;
	bw_note("Not searched for files that have other links elsewhere: what is hidden by mounts beneath %s: %s", name,
		strerror(errno));
	return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

/* The one that was learned last. held: it can't leave memory. 0 or -errno, reported but for -E2BIG. */
static int guard_dir(struct bw_guard *g, bool held)
{
	uint32_t dev = g->last.file.dev;
	int r = bw_identity_guard(g, "dirs", held);

	return r < 0 ? r : bw_identity_put(g, "devices", &dev, sizeof(dev));
}

/* fd is held. */
static int add_dir(struct bw_guard *g, int fd)
{
	struct bw_place *more = reallocarray(g->dirs, g->n_dirs + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	g->dirs = more;
	more[g->n_dirs++] = (struct bw_place){.fd = fd};
	return 0;
}

/* Where the directories are now, for they can be moved; and what is beneath them there. */
static int mark_mounts(struct bw_guard *g, struct bw_mounts *now)
{
	for (size_t i = 0; i < g->n_dirs; i++) {
		struct bw_place *dir = &g->dirs[i];

		free((char *)dir->path);
		dir->path = path_of(dir->fd);
		dir->mount = bw_mount_of(dir->fd);
		if (!dir->path)
			return -ENOMEM;
		if (!bw_mounts_find(now, dir->mount))
			bw_note("Not learned: what is mounted beneath %s, which was unmounted itself.", dir->path);
		bw_mounts_mark(now, dir->mount, dir->path);
	}
	return 0;
}

int bw_beneath_guard(struct bw_guard *g, const char *path)
{
	int fd = bw_beneath_open(path), r = fd < 0 ? fd : bw_identity_hold(g, fd);

	if (fd < 0)
		return fd;
	if (r == 0)
		r = guard_dir(g, true);
	else
		return complain(r, path);
	if (r == 0)
		r = add_dir(g, fd);
	return r < 0 ? r : add_search(g, clone_of(fd, path), path);
}

/*
 * A file of several links can be opened by one that is elsewhere. That one can't be guarded is reported: it may be that
 * nobody can open it (a device, where the mount has none), or root alone can't.
 */
static int guard_linked(struct bw_guard *g, int file, const char *dir, const char *name)
{
	int r = bw_identity_learn(g, file);

	if (r == 0)
		return bw_identity_guard(g, "files", false);
	if (r != -ENXIO) /* a socket */
		bw_note("Not guarded under the names that it may have elsewhere: %s/%s: %s", dir, name, strerror(-r));
	return 0;
}

/* Takes fd. searched: there are no other links to be looked for. */
static int guard_mount(struct bw_guard *g, int given, const char *point, bool searched)
{
	struct stat st = {0};
	BW_FD int fd = given;
	int r = fd < 0 ? -ENOENT : fstat(fd, &st) < 0 ? -errno : 0;

	if (r == 0 && !S_ISDIR(st.st_mode))
		return guard_linked(g, fd, "", point);
	if (r == 0)
		r = bw_identity_learn(g, fd);
	if (r == 0)
		r = guard_dir(g, false);
	else if (r != -E2BIG) {
		/* What hides it could not be unmounted, or its file system does not let root in, or answers no more. */
		bw_note("Not guarded where else it may be mounted: %s: %s", point, strerror(-r));
		return 0;
	}
	return r == 0 && !searched ? add_search(g, clone_of(fd, point), point) : r;
}

static int on_hidden(void *cookie, int fd, const char *point, bool whole)
{
	return guard_mount(cookie, fd, point, whole);
}

/*
 * Was it there, when the list was read last? Another can have come in its place since, with all the same numbers; but
 * not another directory of that name.
 */
static bool is_known(const struct bw_guard *g, const struct bw_mount *m)
{
	const struct bw_mount *known = bw_mounts_find(&g->mounts, m->id);

	return known && known->beneath && known->parent == m->parent && known->major == m->major &&
	       known->minor == m->minor && strcmp(known->root, m->root) == 0 && strcmp(known->point, m->point) == 0;
}

static int guard_listed(struct bw_guard *g, const struct bw_mounts *now, bool *hidden)
{
	int r = 0;

	for (size_t i = 0; i < now->n && r == 0; i++) {
		const struct bw_mount *m = &now->mounts[i];
		int fd;

		if (!m->beneath)
			continue;
		fd = bw_hidden_open(m->point, m->id);
		if (fd < 0)
			*hidden = true;
		else
			r = guard_mount(g, fd, m->point, bw_mount_is_whole(m) || is_known(g, m));
	}
	return r;
}

static int guard_mounts(struct bw_guard *g)
{
	struct bw_mounts now;
	bool hidden = false;
	int r = g->n_dirs ? bw_mounts_read("", &now) : 0;

	if (r < 0)
		bw_mounts_free(&now);
	if (r < 0 || g->n_dirs == 0)
		return r < 0 ? bw_err(r, "can't see what is mounted: " BW_MOUNTS ": %s", strerror(-r)) : 0;
	r = mark_mounts(g, &now);
	if (r == 0)
		r = guard_listed(g, &now, &hidden);
	if (r == 0 && hidden)
		r = bw_hidden_each(g->dirs, g->n_dirs, on_hidden, g);
	if (r == -ECHILD || r == -EPROTO) {
		bw_note("Not guarded where else it may be mounted: what other mounts hide beneath the directories.");
		r = 0;
	}
	bw_mounts_free(&g->mounts);
	g->mounts = now;
	return r;
}

/* What a walk has. */
struct walker {
	struct bw_guard *guard;
	const char *name;      /* of where it began, for messages */
	struct timespec since; /* when it did */
	size_t newer, older;   /* directories that were changed since, or were not */
	bool may_grow;	       /* without end */
	void *seen;	       /* a tree (tsearch(3)) of struct seen: a file that has 65,000 links is learned once */
};

struct seen {
	dev_t dev;
	ino_t ino;
};

static int compare_seen(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

/* Is it the first time? Without memory it is, always. */
static bool is_first(struct walker *w, const struct stat *st)
{
	struct seen *one = malloc(sizeof(*one));
	struct seen **found;

	if (!one)
		return true;
	*one = (struct seen){st->st_dev, st->st_ino};
	found = tsearch(one, &w->seen, compare_seen);
	if (found && *found == one)
		return true;
	free(one);
	return !found;
}

/* Who makes directories as fast as they are looked at could go on for ever. */
enum { NEWER_MAX = 1024 };

static int on_dir(void *cookie, const struct stat *st)
{
	struct walker *w = cookie;

	bool newer = st->st_ctim.tv_sec > w->since.tv_sec;

	w->newer += newer;
	w->older += !newer;
	return w->may_grow && w->newer > NEWER_MAX && w->newer > w->older ? -EAGAIN : 0;
}

/* Whoever may write in the directory may have put a link there meanwhile: it is not followed. */
static int on_file(void *cookie, int dir, const char *name, const struct stat *st)
{
	struct walker *w = cookie;
	BW_FD int file = -1;

	if (st->st_nlink < 2 || S_ISLNK(st->st_mode) || !is_first(w, st))
		return 0;
	file = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return file < 0 ? 0 : guard_linked(w->guard, file, w->name, name);
}

/* What can't be looked at, since its file system does not let us, is guarded all the same. */
static void on_skipped(void *cookie, int dir, const char *name, int error)
{
	const struct walker *w = cookie;

	(void)dir;
	bw_note("Not searched for files that have other links elsewhere: %s%s%s: %s", w->name,
		name ? "/.../" : " or beneath", name ? name : "", strerror(error));
}

/* -EAGAIN: all must be looked at once more, since a directory was moved, and with it what is in it may be missed. */
static int search_once(struct bw_guard *g, bool may_grow)
{
	uint64_t moved = bw_loaded_sum(g->loaded, "outcomes", OUTCOME_MOVED);

	for (size_t i = 0; i < g->n_searches; i++) {
		struct walker w = {.guard = g, .name = g->searches[i].name, .may_grow = may_grow};
		const struct bw_walk walk = {on_file, on_dir, on_skipped, &w};
		int r = 0;

		clock_gettime(CLOCK_REALTIME, &w.since);
		r = bw_walk(&walk, g->searches[i].fd);
		tdestroy(w.seen, free);
		if (r == -ESTALE)
			r = -EAGAIN;
		if (r < 0)
			return r == -EINTR || r == -EAGAIN ? r : complain(r, w.name);
	}
	return bw_loaded_sum(g->loaded, "outcomes", OUTCOME_MOVED) == moved ? 0 : -EAGAIN;
}

static int freeze(struct bw_guard *g, bool frozen)
{
	g->settings.frozen = frozen;
	return bw_identity_mode(g, g->settings.mode);
}

/*
 * Directories that move meanwhile may be missed, then all is looked at again; files that do, the program learns itself.
 * Where somebody moves or makes directories all the time, nobody can for the last try, if the hook can refuse it.
 */
static int search_all(struct bw_guard *g, bool can_freeze)
{
	enum { TRIES = 3, TRIES_UNFROZEN = 5 };
	int r = -EAGAIN;

	for (int i = 0; i < (can_freeze ? TRIES : TRIES_UNFROZEN) && r == -EAGAIN; i++)
		r = search_once(g, true);
	if (r != -EAGAIN)
		return r;
	if (!can_freeze) {
		bw_note("Directories beneath %s move all the time: a file that has another link elsewhere may be "
			"missed.",
			g->searches[0].name);
		return 0;
	}
	r = freeze(g, true);
	if (r == 0)
		r = search_once(g, false);
	if (r == -EAGAIN) /* moved before this began to hold on all CPUs */
		r = search_once(g, false);
	freeze(g, false);
	return r == -EAGAIN ? bw_err(-EBUSY, "can't search %s: it does not hold still", g->searches[0].name) : r;
}

int bw_beneath_search(struct bw_guard *g)
{
	int r = guard_mounts(g);

	if (r == 0 && g->n_searches > 0)
		r = search_all(g, g->error != 0);
	drop_searches(g);
	if (r == 0 && bw_loaded_sum(g->loaded, "outcomes", OUTCOME_UNLEARNED) > 0)
		return -E2BIG; /* what was moved or linked meanwhile */
	return r;
}

void bw_beneath_update(struct bw_guard *g)
{
	int r;

	if (g->n_dirs == 0)
		return;
	g->settings.learning = 1;
	r = bw_identity_mode(g, MODE_ENFORCE);
	if (r == 0)
		r = guard_mounts(g);
	if (r == 0 && g->n_searches > 0)
		r = search_all(g, false);
	drop_searches(g);
	if (r < 0)
		bw_mounts_free(&g->mounts); /* all of it is to be searched the next time */
	g->settings.learning = 0;
	bw_identity_mode(g, MODE_ENFORCE);
	if (r < 0 && r != -EINTR)
		bw_err(r, "can't guard all that was mounted: %s", strerror(-r));
}

void bw_beneath_free(struct bw_guard *g)
{
	drop_searches(g);
	for (size_t i = 0; i < g->n_dirs; i++)
		free((char *)g->dirs[i].path);
	free(g->dirs);
	g->dirs = NULL;
	g->n_dirs = 0;
	bw_mounts_free(&g->mounts);
}
