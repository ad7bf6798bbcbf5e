/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/places.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "engine/identity.h"
#include "kernel/mounts.h"

static int complain(int error, const char *path)
{
	return bw_err(error, "can't guard %s: %s", path, strerror(-error));
}

/* The path's last component is in the folder as it is now, whatever comes to be there. */
static int guard_place(struct bw_guard *g, const char *path)
{
	const char *base = strrchr(path, '/') + 1;
	BW_FREE char *folder = strndup(path, (size_t)(base - path));
	struct name_key key = {0};
	int r;

	if (!folder)
		return -ENOMEM;
	r = bw_identity_hold(g, folder);
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

/* Likewise. */
static int check_dir(const char *given, char **real)
{
	struct stat st;

	*real = realpath(given, NULL);
	if (!*real || stat(*real, &st) < 0)
		return complain(-errno, given);
	return S_ISDIR(st.st_mode) ? 0 : bw_err(-ENOTDIR, "--dir %s: not a folder", given);
}

/* What is there, and where it is; also what is put there later. */
static int guard_path(struct bw_guard *g, const char *given)
{
	BW_FREE char *path = NULL;
	int r = check_path(given, &path);

	if (r < 0)
		return r; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	r = each_place(g, path, guard_place);
	if (r == 0)
		r = bw_identity_hold(g, path);
	if (r == -ENOENT)
		return 0; /* it is guarded for when it comes */
	return r < 0 ? complain(r, path) : bw_identity_put(g, "files", &g->last.file, sizeof(g->last.file));
}

static int guard_folder(struct bw_guard *g, const char *path)
{
	uint32_t dev;
	int r = bw_identity_hold(g, path);

	if (r < 0)
		return r;
	dev = g->last.file.dev;
	r = bw_identity_put(g, "dirs", &g->last.file, sizeof(g->last.file));
	return r < 0 ? r : bw_identity_put(g, "devices", &dev, sizeof(dev));
}

/* A file of several links can be opened by one that is elsewhere. */
static int guard_linked(struct bw_guard *g, const char *path)
{
	int r = bw_identity_learn(g, path);

	if (r == -ENOENT || r == -ENXIO) /* it is gone; it is a socket */
		return 0;
	return r < 0 ? complain(r, path) : bw_identity_put(g, "files", &g->last.file, sizeof(g->last.file));
}

static void close_walk(FTS **walk)
{
	if (*walk)
		fts_close(*walk);
}

/* What can't be looked at, since it is too deep or its file system does not let us, is guarded all the same. */
static void skip_unreadable(const char *path, int error)
{
	if (error != ENOENT)
		bw_note("Not searched for files that have other links elsewhere: %s: %s", path, strerror(error));
}

/* Calls each for every file beneath that has several links, and skip for what can't be looked at, if it is not NULL. */
static int each_linked(struct bw_guard *g, char *folder, int (*each)(struct bw_guard *g, const char *path),
		       void (*skip)(const char *path, int error))
{
	char *folders[] = {folder, NULL};
	BW_CLEANUP(close_walk) FTS *walk = fts_open(folders, FTS_PHYSICAL, NULL);
	FTSENT *at;
	int r = 0;

	if (!walk)
		return complain(-errno, folder);
	for (errno = 0; r == 0 && (at = fts_read(walk)); errno = 0) {
		if ((at->fts_info == FTS_F || at->fts_info == FTS_DEFAULT) && at->fts_statp->st_nlink > 1)
			r = each(g, at->fts_accpath);
		else if (skip && (at->fts_info == FTS_ERR || at->fts_info == FTS_DNR || at->fts_info == FTS_NS))
			skip(at->fts_path, at->fts_errno);
	}
	return r == 0 && errno ? complain(-errno, folder) : r;
}

static int count_linked(struct bw_guard *g, const char *path)
{
	(void)path;
	g->linked++;
	return 0;
}

/* What can't be entered (another mount hides it, its file system does not let root in) is guarded beneath alone. */
static int guard_mount(struct bw_guard *g, const char *point)
{
	struct stat st;
	int r = stat(point, &st) < 0 ? -errno : 0;

	if (r == 0 && !S_ISDIR(st.st_mode))
		return guard_linked(g, point);
	if (r == 0)
		r = guard_folder(g, point);
	if (r == -ENOENT || r == -EACCES || r == -EPERM || r == -ENOTCONN) {
		bw_note("Not guarded where else it may be mounted: %s: %s", point, strerror(-r));
		return 0;
	}
	return r < 0 ? complain(r, point) : 0;
}

/* What is mounted beneath may be mounted elsewhere, too. */
static int guard_mounts(struct bw_guard *g, const char *folder)
{
	BW_CLEANUP(bw_mounts_close) struct bw_mounts mounts;
	size_t len = strcmp(folder, "/") == 0 ? 0 : strlen(folder);
	const char *point;
	int r = bw_mounts_open("", &mounts);

	if (r < 0)
		return bw_err(r, "can't see what is mounted beneath %s: /proc/self/mountinfo: %s", folder,
			      strerror(-r));
	while (r == 0 && (point = bw_mounts_next(&mounts)))
		if (strncmp(point, folder, len) == 0 && point[len] == '/')
			r = guard_mount(g, point);
	return r;
}

static int guard_dir(struct bw_guard *g, const char *path)
{
	BW_FREE char *real = NULL;
	int r = check_dir(path, &real);

	if (r < 0)
		return r; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	r = guard_folder(g, real);
	if (r < 0)
		return complain(r, path); /* cppcheck-suppress memleak ; likewise */
	r = guard_mounts(g, real);
	return r < 0 ? r : each_linked(g, real, guard_linked, skip_unreadable);
}

static int guard_name(struct bw_guard *g, const char *name)
{
	struct name_key key = {0};

	memcpy(key.name, name, strlen(name));
	return bw_identity_put(g, "names", &key, sizeof(key));
}

int bw_places_guard(struct bw_guard *g)
{
	static int (*const guard_one[])(struct bw_guard *, const char *) = {guard_name, guard_path, guard_dir};
	int r = 0;

	for (size_t i = 0; i < g->rules->n && r == 0; i++)
		r = guard_one[g->rules->rules[i].kind](g, g->rules->rules[i].value);
	return r;
}

static int count_place(struct bw_guard *g, const char *path)
{
	(void)path;
	g->places++;
	return 0;
}

int bw_places_count(struct bw_guard *g)
{
	int r = 0;

	g->places = g->linked = 0;
	for (size_t i = 0; i < g->rules->n && r == 0; i++) {
		const struct bw_rule *rule = &g->rules->rules[i];
		BW_FREE char *at = NULL;

		if (rule->kind == BW_RULE_DIR)
			r = check_dir(rule->value, &at);
		if (rule->kind == BW_RULE_DIR && r == 0)
			each_linked(g, at, count_linked, NULL);
		if (rule->kind == BW_RULE_PATH)
			r = check_path(rule->value, &at);
		if (rule->kind == BW_RULE_PATH && r == 0)
			each_place(g, rule->value, count_place);
	}
	return r;
}
