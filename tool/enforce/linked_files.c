/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/linked_files.h"

#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/walk.h"
#include "enforce/identity.h"

struct bw_linked_files_tree {
	int fd; /* of its root */
	char *name;
	struct bw_access access; /* of the rule that it is searched for */
};

/* open_tree(2): a mount of the same directory detached, without what is mounted on it. The caller's. */
static int clone_of(int fd, const char *name)
{
	enum { CLONE = 1 };
	int clone = (int)syscall(__NR_open_tree, fd, "", AT_EMPTY_PATH | CLONE | O_CLOEXEC);

	if (clone >= 0)
		return clone;
	bw_log_note("Not searched for files with other links elsewhere: what is hidden by mounts beneath %s: %s", name,
		    strerror(errno));
	return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

int bw_linked_files_add(struct bw_enforcement *e, int dir, const char *name)
{
	struct bw_linked_files_tree *more = reallocarray(e->trees, e->n_trees + 1, sizeof(*more));
	BW_FD int fd = clone_of(dir, name);

	if (more)
		e->trees = more;
	if (!more || !(more[e->n_trees].name = strdup(name)))
		return -ENOMEM;
	more[e->n_trees].access = e->access;
	more[e->n_trees++].fd = bw_cleanup_take_fd(&fd);
	return 0;
}

void bw_linked_files_free(struct bw_enforcement *e)
{
	for (size_t i = 0; i < e->n_trees; i++) {
		bw_cleanup_fd(&e->trees[i].fd);
		free(e->trees[i].name);
	}
	free(e->trees);
	e->trees = NULL;
	e->n_trees = 0;
}

/*
 * A file of several links can be opened by one that is elsewhere. That one can't be protected is reported: it may be
 * that nobody can open it (a device, where the mount has none), or root alone can't.
 */
int bw_linked_files_protect(struct bw_enforcement *e, int file, uint32_t access, const char *dir, const char *name)
{
	struct learned learned = {0};
	int r = bw_identity_learn(e, file, &learned);

	if (r == 0)
		return bw_identity_protect(e, "files", &learned, false, access);
	if (r != -ENXIO) /* a socket */
		bw_log_note("Not protected under the names that it may have elsewhere: %s/%s: %s", dir, name,
			    strerror(-r));
	return 0;
}

/* What a walk has. */
struct walker {
	struct bw_enforcement *enforcement;
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
	return file < 0 ? 0
			: bw_linked_files_protect(w->enforcement, file, w->enforcement->access.beneath, w->name, name);
}

/* What can't be read, since its file system does not let us, is protected all the same. */
static void on_skipped(void *cookie, int dir, const char *name, int error)
{
	const struct walker *w = cookie;

	(void)dir;
	bw_log_note("Not searched for files with other links elsewhere: %s%s%s: %s", w->name,
		    name ? "/.../" : " or beneath", name ? name : "", strerror(error));
}

/* -EAGAIN: all must be looked at once more, since a directory was moved, and with it what is in it may be missed. */
static int search_once(struct bw_enforcement *e, bool may_grow)
{
	uint64_t moved = bw_loaded_sum(e->loaded, "outcomes", OUTCOME_MOVED);

	for (size_t i = 0; i < e->n_trees; i++) {
		struct walker w = {.enforcement = e, .name = e->trees[i].name, .may_grow = may_grow};
		const struct bw_walk walk = {on_file, on_dir, on_skipped, &w};
		int r = 0;

		clock_gettime(CLOCK_REALTIME, &w.since);
		e->access = e->trees[i].access;
		r = bw_walk(&walk, e->trees[i].fd);
		tdestroy(w.seen, free);
		if (r == -ESTALE)
			r = -EAGAIN;
		if (r < 0)
			return r == -EINTR || r == -EAGAIN || r == -E2BIG
				       ? r
				       : bw_log_error(r, "cannot protect '%s': %s", w.name, strerror(-r));
	}
	return bw_loaded_sum(e->loaded, "outcomes", OUTCOME_MOVED) == moved ? 0 : -EAGAIN;
}

static int freeze(struct bw_enforcement *e, bool frozen)
{
	e->settings.frozen = frozen;
	return bw_identity_mode(e, e->settings.mode);
}

/*
 * Directories that move meanwhile may be missed, then all is looked at again; files that do, the program learns itself.
 * Where somebody moves or makes directories all the time, nobody can for the last try, if the hook can refuse it.
 */
int bw_linked_files_search(struct bw_enforcement *e, bool can_freeze)
{
	enum { TRIES = 3, TRIES_UNFROZEN = 5 };
	int r = e->n_trees > 0 ? -EAGAIN : 0;

	for (int i = 0; i < (can_freeze ? TRIES : TRIES_UNFROZEN) && r == -EAGAIN; i++)
		r = search_once(e, true);
	if (r != -EAGAIN)
		return r;
	if (!can_freeze) {
		bw_log_note("Directories beneath %s move all the time: a file that has another link elsewhere may be "
			    "missed.",
			    e->trees[0].name);
		return 0;
	}
	r = freeze(e, true);
	if (r == 0)
		r = search_once(e, false);
	if (r == -EAGAIN) /* moved before this began to hold on all CPUs */
		r = search_once(e, false);
	freeze(e, false);
	return r == -EAGAIN
		       ? bw_log_error(-EBUSY, "cannot search '%s': directories in it keep moving", e->trees[0].name)
		       : r;
}
