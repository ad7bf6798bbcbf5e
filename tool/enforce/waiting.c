/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/waiting.h"

#include <bcc/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/path_parts.h"
#include "enforce/directories.h"
#include "enforce/globs.h"
#include "enforce/identity.h"
#include "enforce/linked_files.h"
#include "enforce/waiting_steps.h"

struct bw_waiting_entry {
	enum bw_rule_kind kind; /* BW_RULE_PATH, BW_RULE_DIR; of BW_RULE_PATH_GLOB the path is the directory */
	char *path;		/* owned */
	char *next;		/* owned: the first component that does not exist; or the last one */
	int watch;		/* inotify's, of the directory that this is in; -1: none */
	bool came;
	struct file_id id;	 /* of what came last */
	int error;		 /* that was reported last */
	struct bw_access access; /* of its rule */
	size_t glob;		 /* likewise */
};

/* The deepest directory that exists on the way to the path's last component. *rest: what stands behind it. */
static int open_deepest(const char *path, const char **rest)
{
	BW_FREE char *prefix = strdup(path);

	for (char *slash = prefix ? strrchr(prefix, '/') : NULL; slash; slash = strrchr(prefix, '/')) {
		int fd;

		slash[slash == prefix] = '\0';
		fd = open(prefix, O_PATH | O_DIRECTORY | O_CLOEXEC);
		*rest = path + strlen(prefix);
		*rest += strspn(*rest, "/");
		if (fd >= 0)
			return fd;
		if ((errno != ENOENT && errno != ENOTDIR) || slash == prefix)
			return -errno;
	}
	return -ENOMEM;
}

/* As in the kernel. */
enum { LINKS_MAX = 40 };

static int complain(int error, const char *what, const char *path)
{
	return bw_log_error(error, "cannot %s '%s': %s", what, path,
			    error == -E2BIG ? "the maps have no room for more" : strerror(-error));
}

bool bw_waiting_is_missing(enum bw_rule_kind kind, const char *path)
{
	BW_FREE char *trimmed = bw_path_parts_trim(path), *dir = NULL;
	struct stat st;

	if (!trimmed)
		return false;
	if (kind == BW_RULE_PATH && !bw_path_parts_split(trimmed, &dir))
		return false;
	return stat(dir ? dir : trimmed, &st) < 0 && errno == ENOENT;
}

int bw_waiting_open(struct bw_enforcement *e)
{
	e->waiting_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	return e->waiting_fd < 0 ? bw_log_error(-errno, "cannot watch for paths that do not exist yet: inotify: %s",
						strerror(errno))
				 : 0;
}

static bool is_watched(const struct bw_enforcement *e, int watch)
{
	for (size_t i = 0; i < e->n_waiting; i++)
		if (e->waiting[i].watch == watch)
			return true;
	return false;
}

/* inotify also keeps the directory in the kernel's memory. */
static void watch_directory(struct bw_enforcement *e, struct bw_waiting_entry *w, int dir, const char *next, size_t len)
{
	uint32_t events = IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_MASK_ADD;
	char path[64];
	int before = w->watch;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", dir);
	w->watch = inotify_add_watch(e->waiting_fd, path, events);
	if (w->watch < 0)
		bw_log_note("Not watched: what comes to be on the way to %s by a mount or as a whole tree: %s", w->path,
			    strerror(errno));
	free(w->next);
	w->next = strndup(next, len);
	if (before >= 0 && before != w->watch && !is_watched(e, before))
		inotify_rm_watch(e->waiting_fd, before);
}

/* The path with the symlink at `rest` followed; NULL: it is none. */
static char *followed(int dir, const char *path, const char *rest)
{
	size_t len = strcspn(rest, "/");
	BW_FREE char *link = strndup(path, (size_t)(rest + len - path)), *to = calloc(1, PATH_MAX), *whole = NULL;
	char *all;

	if (!link || !to || readlinkat(dir, link + (rest - path), to, PATH_MAX - 1) <= 0)
		return NULL;
	whole = bw_path_parts_follow(link, to);
	return !whole || asprintf(&all, "%s%s", whole, rest + len) < 0 ? NULL : all;
}

/*
 * 0: it does not exist; -EEXIST: something does; -EAGAIN: a part of it does; or -errno. *at: the path, which is changed
 * where it has symlinks, of which *links were followed.
 */
static int settle_once(struct bw_enforcement *e, struct bw_waiting_entry *w, char **at, int *links)
{
	const char *rest;
	BW_FD int dir = open_deepest(*at, &rest);
	int r = dir < 0 ? dir : bw_waiting_steps_put(e, dir, rest, w->kind);
	size_t len;
	BW_FREE char *first = NULL;
	char *other;
	struct stat st;

	if (r < 0)
		return r;
	len = strcspn(rest, "/");
	watch_directory(e, w, dir, rest, len);
	first = strndup(rest, len);
	if (!first || fstatat(dir, first, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return first ? 0 : -ENOMEM;
	other = S_ISLNK(st.st_mode) ? followed(dir, *at, rest) : NULL;
	if (other) {
		free(*at);
		*at = other;
		return ++*links > LINKS_MAX ? -ELOOP : -EAGAIN;
	}
	if (!rest[len])
		return -EEXIST;
	return S_ISDIR(st.st_mode) ? -EAGAIN : 0;
}

/* What exists of the path is looked at until nothing has come meanwhile: from then on the program sees what comes. */
static int settle(struct bw_enforcement *e, struct bw_waiting_entry *w)
{
	enum { TURNS = 4096 }; /* as many directories as a path can have, and symlinks */
	BW_FREE char *at = strdup(w->path);
	int r = at ? -EAGAIN : -ENOMEM, links = 0;

	e->access = w->access;
	e->glob = w->glob;
	for (int i = 0; i < TURNS && r == -EAGAIN; i++)
		r = settle_once(e, w, &at, &links);
	return r == -EAGAIN ? -ELOOP : r;
}

int bw_waiting_add(struct bw_enforcement *e, enum bw_rule_kind kind, const char *path)
{
	struct bw_waiting_entry *more = reallocarray(e->waiting, e->n_waiting + 1, sizeof(*more)), *w;
	int r;

	if (!more)
		return -ENOMEM;
	e->waiting = more;
	w = &more[e->n_waiting];
	*w = (struct bw_waiting_entry){
		.kind = kind, .path = bw_path_parts_trim(path), .watch = -1, .access = e->access, .glob = e->glob};
	if (!w->path)
		return bw_log_error(-ENOENT, "cannot wait for '%s': it does not end with a name", path);
	e->n_waiting++;
	r = settle(e, w);
	w->came = r == -EEXIST;
	if (r < 0 && r != -EEXIST && r != -E2BIG)
		complain(r, "wait for", path);
	return r;
}

static bool is_same(const struct file_id *a, const struct file_id *b)
{
	return a->ino == b->ino && a->dev == b->dev && a->generation == b->generation;
}

/* A directory that was there before, and came again, is not held: it could come and go any number of times. */
static int protect_directory(struct bw_enforcement *e, const struct bw_waiting_entry *w, int fd,
			     const struct learned *learned)
{
	int r;

	if (!w->came)
		return bw_directories_protect(e, w->path);
	r = bw_identity_protect(e, "dirs", learned, false, e->access.beneath);
	r = r == 0 ? bw_identity_put(e, "devices", &learned->file.dev, 0) : r;
	return r == 0 ? bw_linked_files_add(e, fd, w->path) : r;
}

static int protect_arrived(struct bw_enforcement *e, const struct bw_waiting_entry *w, int fd,
			   const struct learned *learned)
{
	if (w->kind == BW_RULE_PATH_GLOB)
		return bw_globs_protect_in(e, w->glob, fd, w->path);
	return w->kind == BW_RULE_DIR ? protect_directory(e, w, fd, learned)
				      : bw_identity_protect(e, "files", learned, false, e->access.file);
}

/* Is the file of fd no longer at the path? */
static bool is_gone(const char *path, int fd)
{
	struct stat was, now;

	return fstat(fd, &was) == 0 && (stat(path, &now) < 0 || was.st_ino != now.st_ino || was.st_dev != now.st_dev);
}

/* 1: a directory has come, whose files are to be searched for other links. */
static int arrive(struct bw_enforcement *e, struct bw_waiting_entry *w)
{
	BW_FD int fd = bw_identity_open(w->path);
	const bool is_dir = w->kind != BW_RULE_PATH;
	BW_CLEANUP(bw_log_free) struct bw_log_held held = {0};
	struct bw_log_held *before;
	struct learned learned = {0};
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISDIR(st.st_mode) == is_dir)
		return 0; /* gone, or of another kind */
	r = bw_identity_learn(e, fd, &learned);
	if (r == 0 && w->came && is_same(&w->id, &learned.file))
		return 0;
	before = bw_log_hold(&held);
	if (r == 0)
		r = protect_arrived(e, w, fd, &learned);
	bw_log_hold(before);
	if (r < 0 && is_gone(w->path, fd))
		return 0; /* what could not be done to it is of no interest: the rule goes on waiting */
	bw_log_show(&held);
	if (r < 0)
		return complain(r, "protect what exists now at", w->path);
	if (!w->came)
		bw_log_note("Protected now that it exists: %s", w->path);
	w->came = true;
	w->id = learned.file;
	return w->kind == BW_RULE_DIR;
}

/* Is the event about this path? */
static bool concerns(const struct bw_waiting_entry *w, const struct inotify_event *event)
{
	if (event->mask & IN_Q_OVERFLOW)
		return true;
	if (event->wd != w->watch)
		return false;
	return event->len == 0 || !w->next || strcmp(event->name, w->next) == 0;
}

static void mark(struct bw_enforcement *e, const struct inotify_event *event, bool *due)
{
	for (size_t i = 0; i < e->n_waiting; i++) {
		struct bw_waiting_entry *w = &e->waiting[i];

		if (!concerns(w, event))
			continue;
		due[i] = true;
		if (event->mask & IN_IGNORED)
			w->watch = -1; /* the directory is gone */
	}
}

static void read_events(struct bw_enforcement *e, bool *due)
{
	_Alignas(struct inotify_event) char buf[16384];
	ssize_t n;

	while ((n = read(e->waiting_fd, buf, sizeof(buf))) > 0)
		for (const char *p = buf; p < buf + n;) {
			const struct inotify_event *event = (const void *)p;

			mark(e, event, due);
			p += sizeof(*event) + event->len;
		}
}

static void look_again(struct bw_enforcement *e, const bool *due, bool all)
{
	bool search = false;

	e->settings.learning = 1;
	if (bw_identity_mode(e, MODE_ENFORCE) < 0)
		return;
	for (size_t i = 0; i < e->n_waiting; i++) {
		struct bw_waiting_entry *w = &e->waiting[i];
		int r = all || due[i] ? settle(e, w) : 0;

		if (r == -EEXIST)
			search |= arrive(e, w) > 0;
		else if (r < 0 && r != w->error) /* who can write there could make it fail any number of times */
			complain(r, "wait for", w->path);
		w->error = r;
	}
	e->settings.learning = 0;
	bw_identity_mode(e, MODE_ENFORCE);
	if (search)
		bw_directories_update(e);
}

void bw_waiting_update(struct bw_enforcement *e, bool all)
{
	BW_FREE bool *due = calloc(e->n_waiting + 1, sizeof(*due));
	bool any = all;

	if (!due || e->n_waiting == 0 || e->waiting_fd < 0)
		return;
	read_events(e, due);
	for (size_t i = 0; i < e->n_waiting; i++)
		any |= due[i];
	if (any)
		look_again(e, due, all);
}

void bw_waiting_free(struct bw_enforcement *e)
{
	for (size_t i = 0; i < e->n_waiting; i++) {
		free(e->waiting[i].path);
		free(e->waiting[i].next);
	}
	free(e->waiting);
	e->waiting = NULL;
	e->n_waiting = 0;
	e->n_nodes = 0;
}
