/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/places.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/signals.h"
#include "base/walk.h"
#include "engine/identity.h"
#include "kernel/mounts.h"

static int complain(int error, const char *path)
{
	return bw_err(error, "can't guard %s: %s", path, strerror(-error));
}

/* What folder and base name the path has; *folder is the caller's. NULL if there is no memory. */
static const char *split(const char *path, char **folder)
{
	const char *base = strrchr(path, '/') + 1;

	*folder = strndup(path, (size_t)(base - path));
	return *folder ? base : NULL;
}

/* Opens the path, and has it held: 0 or -errno. */
static int hold(struct bw_guard *g, const char *path)
{
	int fd = bw_identity_open(path);

	return fd < 0 ? fd : bw_identity_hold(g, fd);
}

/* The path's last component is in the folder as it is now, whatever comes to be there. */
static int guard_place(struct bw_guard *g, const char *path)
{
	BW_FREE char *folder = NULL;
	const char *base = split(path, &folder);
	struct name_key key = {0};
	int r = base ? hold(g, folder) : -ENOMEM;

	if (r < 0)
		return complain(r, path);
	key.parent = g->last.file;
	memcpy(key.name, base, strlen(base));
	return bw_identity_put(g, "names", &key, sizeof(key));
}

/* Without slashes at its end; NULL if it has no last component of its own. */
static char *trimmed(const char *path)
{
	char *copy = strdup(path), *base;
	size_t len = copy ? strlen(copy) : 0;

	while (len > 1 && copy[len - 1] == '/')
		copy[--len] = '\0';
	base = copy ? strrchr(copy, '/') + 1 : NULL;
	if (base && *base && strcmp(base, ".") != 0 && strcmp(base, "..") != 0 && strlen(base) <= NAME_MAX)
		return copy;
	free(copy);
	return NULL;
}

/* Where the symlink leads to, as an absolute path; NULL: it is none. */
static char *followed(const char *path)
{
	char to[PATH_MAX], *whole = NULL;
	ssize_t len = readlink(path, to, sizeof(to) - 1);

	if (len <= 0)
		return NULL;
	to[len] = '\0';
	if (*to == '/')
		return strdup(to);
	if (asprintf(&whole, "%.*s/%s", (int)(strrchr(path, '/') - path), path, to) < 0)
		return NULL;
	return whole;
}

/* Calls each for the place, and for each that its links lead through, whether or not there is anything yet. */
static int each_place(struct bw_guard *g, const char *path, int (*each)(struct bw_guard *g, const char *place))
{
	enum { LINKS_MAX = 40 }; /* as in the kernel */
	BW_FREE char *at = strdup(path);
	int r = at ? 0 : -ENOMEM;

	for (int i = 0; i < LINKS_MAX && at && r == 0; i++) {
		BW_FREE char *here = BW_TAKE(at), *place = trimmed(here);

		if (!place)
			return 0; /* ".." or "/", which are folders */
		r = each(g, place);
		at = followed(place);
	}
	return r;
}

/* *path is the caller's, in either case. 0 or -errno, reported. */
static int check_path(const char *given, char **path)
{
	struct stat st;

	*path = trimmed(given);
	if (!*path)
		return bw_err(-EINVAL, "--path %s: it does not end with a file's name", given);
	if (stat(*path, &st) == 0 && S_ISDIR(st.st_mode))
		return bw_err(-EISDIR, "--path %s: this is a folder; --dir guards what lies beneath one", given);
	return 0;
}

/* A descriptor of the folder, the caller's; or -errno, reported. */
static int open_dir(const char *given)
{
	struct stat st;
	BW_FD int fd = bw_identity_open(given);

	if (fd < 0 || fstat(fd, &st) < 0)
		return complain(-errno, given);
	return S_ISDIR(st.st_mode) ? bw_take_fd(&fd) : bw_err(-ENOTDIR, "--dir %s: not a folder", given);
}

/* What is there, and where it is; also what is put there later. */
static int guard_path(struct bw_guard *g, const char *given)
{
	BW_FREE char *path = NULL;
	int r = check_path(given, &path);

	if (r < 0)
		return r; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	r = each_place(g, path, guard_place);
	if (r < 0)
		return r; /* cppcheck-suppress memleak ; likewise */
	r = hold(g, path);
	if (r == -ENOENT)
		return 0; /* it is guarded for when it comes */
	return r < 0 ? complain(r, path) : bw_identity_guard(g, "files", true);
}

/* The one that was learned last. 0 or -errno, reported. */
static int guard_held_folder(struct bw_guard *g)
{
	uint32_t dev = g->last.file.dev;
	int r = bw_identity_guard(g, "dirs", true);

	return r < 0 ? r : bw_identity_put(g, "devices", &dev, sizeof(dev));
}

/*
 * A file of several links can be opened by one that is elsewhere. That one can't be guarded is said: it may be that
 * nobody can open it (a device, where the mount has none), or root alone can't.
 */
static int guard_linked(struct bw_guard *g, int file, const char *folder, const char *name)
{
	int r = bw_identity_learn(g, file);

	if (r == 0)
		return bw_identity_guard(g, "files", false);
	if (r != -ENXIO) /* a socket */
		bw_note("Not guarded under the names that it may have elsewhere: %s/%s: %s", folder, name,
			strerror(-r));
	return 0;
}

/* What the walks below have. */
struct search {
	struct bw_guard *guard;
	const char *folder; /* where it began, for messages */
};

/* Whoever may write in the folder may have put a link there meanwhile: it is not followed. */
static int on_linked(void *cookie, int folder, const char *name, const struct stat *st)
{
	const struct search *search = cookie;
	BW_FD int file = -1;

	if (bw_signals_pending())
		return -EINTR;
	if (st->st_nlink < 2 || S_ISLNK(st->st_mode))
		return 0;
	file = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return file < 0 ? 0 : guard_linked(search->guard, file, search->folder, name);
}

/* What can't be looked at, since its file system does not let us, is guarded all the same. */
static void on_skipped(void *cookie, int folder, const char *name, int error)
{
	const struct search *search = cookie;

	(void)folder;
	bw_note("Not searched for files that have other links elsewhere: %s%s%s: %s", search->folder,
		name ? "/.../" : " or beneath", name ? name : "", strerror(error));
}

static int on_counted(void *cookie, int folder, const char *name, const struct stat *st)
{
	const struct search *search = cookie;

	(void)folder;
	(void)name;
	search->guard->linked += st->st_nlink > 1;
	return bw_signals_pending() ? -EINTR : 0;
}

/* What is mounted beneath may be mounted elsewhere, too. */
static int guard_mount(struct bw_guard *g, const char *point)
{
	const struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS};
	struct stat st = {0};
	BW_FD int fd = (int)syscall(__NR_openat2, AT_FDCWD, point, &how, sizeof(how));
	int r = fd < 0 || fstat(fd, &st) < 0 ? -errno : 0;

	if (r == 0 && !S_ISDIR(st.st_mode))
		return guard_linked(g, fd, "", point);
	if (r == 0)
		r = bw_identity_hold(g, bw_take_fd(&fd));
	if (r == -EMFILE || r == -ENFILE || r == -ENOMEM)
		return complain(r, point);
	if (r == 0)
		return guard_held_folder(g);
	/* Another mount hides it, or its file system does not let root in, or answers no more. */
	bw_note("Not guarded where else it may be mounted: %s: %s", point, strerror(-r));
	return 0;
}

static int guard_mounts(struct bw_guard *g, const char *given)
{
	BW_CLEANUP(bw_mounts_close) struct bw_mounts mounts = {0};
	BW_FREE char *folder = realpath(given, NULL);
	size_t len = folder && folder[1] ? strlen(folder) : 0;
	const char *point;
	int r;

	if (!folder)
		return complain(-errno, given);
	r = bw_mounts_open("", &mounts);
	if (r < 0)
		return bw_err(r, "can't see what is mounted beneath %s: /proc/self/mountinfo: %s", given, strerror(-r));
	while (r == 0 && (point = bw_mounts_next(&mounts)))
		if (strncmp(point, folder, len) == 0 && point[len] == '/')
			r = guard_mount(g, point);
	return r;
}

/*
 * A folder that moves meanwhile, beneath this one, may be missed: then all is looked at once more. (Of a file that
 * moves the program learns itself.)
 */
static int search_linked(struct bw_guard *g, const char *path, int fd)
{
	enum { TRIES = 5 };
	struct search search = {g, path};
	const struct bw_walk walk = {on_linked, on_skipped, &search};

	for (int i = 0; i < TRIES; i++) {
		uint64_t moved = bw_loaded_sum(g->loaded, "judged", JUDGED_MOVED);
		int r = bw_walk(&walk, fd);

		if (r < 0)
			return r == -EINTR ? r : complain(r, path);
		if (bw_loaded_sum(g->loaded, "judged", JUDGED_MOVED) == moved)
			return 0;
	}
	bw_note("Folders beneath %s move all the time: a file that has another link elsewhere may be missed.", path);
	return 0;
}

static int guard_dir(struct bw_guard *g, const char *path)
{
	int fd = open_dir(path), r = fd < 0 ? fd : bw_identity_hold(g, fd);

	if (fd < 0)
		return fd;
	if (r < 0)
		return complain(r, path);
	r = guard_held_folder(g);
	if (r == 0)
		r = guard_mounts(g, path);
	return r == 0 ? search_linked(g, path, fd) : r;
}

static int guard_name(struct bw_guard *g, const char *name)
{
	struct name_key key = {0};

	memcpy(key.name, name, strlen(name));
	return bw_identity_put(g, "names", &key, sizeof(key));
}

static int count_place(struct bw_guard *g, const char *path)
{
	BW_FREE char *folder = NULL;
	struct stat st;

	if (!split(path, &folder) || stat(folder, &st) < 0)
		return complain(-errno, path); /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	g->places++;
	return 0;
}

static int count_linked(struct bw_guard *g, const char *path)
{
	struct search search = {g, path};
	const struct bw_walk walk = {on_counted, NULL, &search};
	BW_FD int fd = open_dir(path);
	int r = fd < 0 ? fd : bw_walk(&walk, fd);

	return fd < 0 || r == -EINTR || r == 0 ? r : complain(r, path);
}

static int count_path(struct bw_guard *g, const char *given)
{
	BW_FREE char *path = NULL;
	int r = check_path(given, &path);

	return r < 0 ? r : each_place(g, path, count_place);
}

static int count_name(struct bw_guard *g, const char *name)
{
	(void)g;
	(void)name;
	return 0;
}

/* By bw_rule_kind. */
typedef int rule_function(struct bw_guard *, const char *);

static int each_rule(struct bw_guard *g, rule_function *const of_kind[])
{
	int r = 0;

	for (size_t i = 0; i < g->rules->n && r == 0; i++)
		r = of_kind[g->rules->rules[i].kind](g, g->rules->rules[i].value);
	return r;
}

int bw_places_count(struct bw_guard *g)
{
	static rule_function *const count[] = {count_name, count_path, count_linked};

	g->places = g->linked = 0;
	return each_rule(g, count);
}

int bw_places_guard(struct bw_guard *g)
{
	static rule_function *const guard[] = {guard_name, guard_path, guard_dir};

	return each_rule(g, guard);
}
