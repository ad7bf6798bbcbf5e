/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trace_targets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/path_parts.h"
#include "base/signals.h"
#include "bpf_src/block/rules.h"
#include "cmd/trace_absent.h"
#include "cmd/trace_learn.h"
#include "program/map_entries.h"

enum { LINKS_MAX = 40 }; /* as in the kernel */

/*
 * Entries for the paths that symlinks lead to; for the files that come to a watched path during the run, or have a name
 * beneath a watched directory and another elsewhere; for the directories that are moved away from there; for what is
 * mounted beneath them.
 */
enum { LINKS = 1024, NEW_FILES = 16384, NEW_DIRECTORIES = 1024 };

static const struct bw_map_entries names = {"names", sizeof(struct name_key), sizeof(uint32_t)};
static const struct bw_map_entries files = {"files", sizeof(struct file_id), sizeof(struct protection)};
static const struct bw_map_entries dirs = {"dirs", sizeof(struct file_id), sizeof(struct protection)};
static const struct bw_map_entries devices = {"devices", sizeof(uint32_t), sizeof(uint32_t)};
static const struct bw_map_entries exes = {"exes", sizeof(struct file_id), sizeof(uint32_t)};
static const struct bw_map_entries not_exes = {"not_exes", sizeof(struct file_id), sizeof(uint32_t)};

bool bw_trace_targets_any(const struct bw_trace_options *o)
{
	return o->paths.n > 0 || o->exe || o->not_exes.n > 0;
}

/* `what`: "watch", or the option with the path's program. While the run goes on, a path may be on its way. */
static int complain(const struct bw_trace_targets *t, int error, const char *what, const char *path)
{
	if (bw_signals_pending())
		return -EINTR;
	if (t->opener.sandbox.failure == BW_SANDBOX_SLOW) {
		bw_log_error(error, "cannot %s '%s': its file system does not answer", what, path);
		bw_log_hint("check what is mounted there, or leave the path out");
		return error;
	}
	return bw_log_error(error, "cannot %s '%s': %s", what, path,
			    t->opener.sandbox.failure ? t->opener.sandbox.why : strerror(-error));
}

/* learn, by the other process. */
static int identify(struct bw_trace_targets *t, const char *path, struct file_id *id, uint32_t *mode)
{
	struct own_open noted;
	int r = bw_trace_learn(t, false, path, &noted, mode);

	*id = noted.file;
	return r;
}

static int put(const struct bw_trace_targets *t, const struct bw_map_entries *map, const void *key, const void *value)
{
	int r = t->loaded ? bw_map_entries_put(map, t->loaded, key, value) : 0;

	return r == -E2BIG ? bw_log_error(r, "cannot watch all paths: the map '%s' is full", map->map) : r;
}

/* access: WATCHED or HOLDS_WATCHED_NAME; the first is not taken from a directory that has it. */
static int watch_directory(struct bw_trace_targets *t, const struct file_id *id, uint32_t access)
{
	struct protection entry = {.inode = PROTECTION_STAYS, .access = access}, there;
	const uint32_t value = 1;
	int r;

	if (t->loaded && bw_map_entries_get(&dirs, t->loaded, id, &there) == 0)
		entry.access |= there.access;
	r = put(t, &dirs, id, &entry);
	return r == 0 ? put(t, &devices, &id->dev, &value) : r;
}

/* A path by which a watched file or directory can be called, for lookups that fail: a directory's, and a name in it. */
static int add_path(struct bw_trace_targets *t, const char *directory, const char *name)
{
	bool in_root = *name && strcmp(directory, "/") == 0;
	BW_FREE char *path = NULL;
	char **more;

	if (!*directory || !t->loaded)
		return 0;
	if (asprintf(&path, "%s%s%s", in_root ? "" : directory, *name ? "/" : "", name) < 0)
		return bw_log_error(-ENOMEM, "out of memory");
	for (size_t i = 0; i < t->n_real_paths; i++)
		if (strcmp(t->real_paths[i], path) == 0)
			return 0; /* it is watched again */
	more = reallocarray(t->real_paths, t->n_real_paths + 1, sizeof(*more));
	if (!more)
		return bw_log_error(-ENOMEM, "out of memory");
	t->real_paths = more;
	more[t->n_real_paths++] = BW_TAKE(path);
	return 0;
}

/* The path's last component in the directory as it is now, whatever comes to be there. */
static int watch_name(struct bw_trace_targets *t, const char *path, const char *given)
{
	BW_FREE char *dir = NULL;
	const char *base = bw_path_parts_split(path, &dir);
	const uint32_t value = 1;
	struct name_key key = {0};
	uint32_t mode = 0;
	int r = base ? identify(t, dir, &key.parent, &mode) : -ENOMEM;

	if ((r == -ENOENT || r == -ENOTDIR) && t->changed)
		return 0; /* what comes there is followed */
	if (r == -ENOENT || r == -ENOTDIR)
		return bw_log_error(r, "cannot watch '%s': its directory '%.*s' %s", given,
				    (int)(base - path - (base - path > 1)), dir,
				    r == -ENOENT ? "does not exist" : "is none");
	if (r < 0)
		return complain(t, r, "watch", given);
	memcpy(key.name, base, strlen(base));
	r = put(t, &names, &key, &value);
	if (r == 0)
		r = add_path(t, t->real, base);
	return r == 0 ? watch_directory(t, &key.parent, HOLDS_WATCHED_NAME) : r;
}

/* The path, and each that its symlinks lead through, whether or not there is anything yet. */
static int watch_names(struct bw_trace_targets *t, const char *path, size_t index)
{
	const char *given = t->options->paths.items[index];
	BW_FREE char *at = strdup(path);
	int r = at ? 0 : -ENOMEM;

	for (int i = 0; i < LINKS_MAX && at && r == 0; i++) {
		BW_FREE char *here = BW_TAKE(at), *link = bw_path_parts_trim(here);

		if (!link)
			return i > 0 ? 0 : complain(t, -ENOENT, "watch", given); /* ".", ".." */
		r = t->loaded ? bw_trace_links_add_way(&t->links, &t->opener, link, index) : 0;
		if (r < 0)
			return complain(t, r, "watch", given);
		r = watch_name(t, link, given);
		if (r == 0 && t->loaded)
			r = bw_trace_links_add(&t->links, link, index);
		if (r < 0)
			return r;
		r = bw_trace_opener_follow(&t->opener, link, &at);
		if (r < 0)
			return complain(t, r, "watch", given);
	}
	return r;
}

/* The next file that the search finds; -ENOENT: there are no more. A search can take minutes. */
static int next_link(struct bw_trace_targets *t, char path[PATH_MAX])
{
	int r;

	while ((r = bw_trace_opener_next_link(&t->opener, path)) == -EAGAIN)
		if (t->meanwhile)
			t->meanwhile(t->cookie);
	return r;
}

/* The files beneath the directory that have names elsewhere, too. Those that come later are seen as they do. */
static int watch_links(struct bw_trace_targets *t, const char *directory)
{
	const struct protection entry = {.inode = PROTECTION_STAYS, .access = WATCHED};
	int r = t->loaded ? bw_trace_opener_find_links(&t->opener, directory) : -ENOENT;
	char path[PATH_MAX];

	for (int n = 0; r == 0 && (r = next_link(t, path)) == 0; n++) {
		struct file_id id;
		uint32_t mode;

		if (n == NEW_FILES / 2) {
			t->incomplete = true;
			bw_log_note("Not watched by their other names: more than %d files beneath '%s'.", n, directory);
			return 0;
		}
		if (identify(t, path, &id, &mode) == 0 && S_ISREG(mode) && put(t, &files, &id, &entry) < 0)
			return -EIO;
	}
	return r == -ENOENT ? 0 : complain(t, r, "search for files of several names beneath", directory);
}

static bool has_name(const char *path)
{
	BW_FREE char *name = bw_path_parts_trim(path);

	return name != NULL;
}

static int watch(struct bw_trace_targets *t, size_t index)
{
	const char *given = t->options->paths.items[index];
	const struct protection entry = {.inode = PROTECTION_STAYS, .access = WATCHED};
	BW_FREE char *path = bw_path_parts_absolute(given);
	struct file_id id = {0};
	uint32_t mode = 0;
	bool absent;
	int r;

	if (!path)
		return complain(t, -errno, "watch", given);
	r = identify(t, path, &id, &mode);
	absent = r == -ENOENT;
	if (r < 0 && r != -ENOENT)
		return complain(t, r, "watch", given);
	if (r == 0)
		r = add_path(t, t->real, "");
	if (r == 0 && S_ISDIR(mode)) { /* all beneath it */
		r = watch_directory(t, &id, WATCHED);
		r = r == 0 ? watch_links(t, path) : r;
	} else if (r == 0) {
		r = put(t, &files, &id, &entry);
	}
	if (r < 0 && r != -ENOENT)
		return r;
	/* A directory by a path that ends in no name, as "/" or "..", has none by which another could come. */
	r = S_ISDIR(mode) && !has_name(path) ? 0 : watch_names(t, path, index);
	if (r == 0 && absent && !t->loaded)
		bw_trace_absent_report(given, path, t->options->common.command ? NULL : &t->hinted);
	return r;
}

/* What is mounted beneath a watched directory, by whatever mount of it, in whatever mount namespace. */
static int watch_mount(void *cookie, const char *point)
{
	const struct protection entry = {.inode = PROTECTION_STAYS, .access = WATCHED};
	struct bw_trace_targets *t = cookie;
	struct file_id id = {0};
	uint32_t mode = 0;
	int r = identify(t, point, &id, &mode);

	if (r < 0)
		return bw_signals_pending() ? -EINTR : r;
	return S_ISDIR(mode) ? watch_directory(t, &id, WATCHED) : put(t, &files, &id, &entry);
}

static int add_program(struct bw_trace_targets *t, const struct bw_map_entries *map, const char *option,
		       const char *given)
{
	BW_FREE char *path = bw_path_parts_absolute(given);
	const uint32_t value = 1;
	struct file_id id = {0};
	uint32_t mode = 0;
	int r = path ? identify(t, path, &id, &mode) : -errno;

	if (r < 0 || !path)
		return complain(t, r, option, given);
	if (!S_ISREG(mode))
		return bw_log_error(-EINVAL, "cannot %s '%s': it is not a program", option, given);
	return put(t, map, &id, &value);
}

static int add_all(struct bw_trace_targets *t)
{
	const struct bw_trace_options *o = t->options;
	uint32_t mode;
	int r = 0;

	if (o->paths.n > 0 && t->loaded)
		r = identify(t, "/", &t->filter->own_root, &mode);
	if (r < 0)
		return complain(t, r, "watch", "/");
	for (size_t i = 0; i < o->paths.n && r == 0; i++)
		r = watch(t, i);
	if (r == 0 && o->exe)
		r = add_program(t, &exes, "show only the program", o->exe);
	for (size_t i = 0; i < o->not_exes.n && r == 0; i++)
		r = add_program(t, &not_exes, "leave out the program", o->not_exes.items[i]);
	return r == 0 ? bw_trace_mounts_watch(&t->mounts, t->real_paths, t->n_real_paths, watch_mount, t) : r;
}

int bw_trace_targets_check(struct bw_trace_targets *t)
{
	int r = bw_trace_targets_any(t->options) ? bw_trace_opener_start(&t->opener) : 0;

	return r == 0 ? add_all(t) : r;
}

int bw_trace_targets_size(const struct bw_trace_targets *t, struct bw_image *image)
{
	const struct bw_trace_options *o = t->options;
	const size_t paths = o->paths.n;
	const struct {
		const struct bw_map_entries *map;
		size_t n;
	} sizes[] = {
		{&names, paths ? paths + LINKS : 0},
		{&files, paths ? paths + NEW_FILES : 0},
		{&dirs, paths ? 2 * paths + LINKS + NEW_DIRECTORIES + BW_TRACE_MOUNTS_MAX : 0},
		{&devices, paths ? 2 * paths + LINKS + BW_TRACE_MOUNTS_MAX : 0},
		{&exes, o->exe ? 1 : 0},
		{&not_exes, o->not_exes.n},
		{&bw_trace_learn_own_open, 1},
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes) && r == 0; i++)
		r = sizes[i].n > 0 ? bw_map_entries_size(sizes[i].map, image, sizes[i].n) : 0;
	return r;
}

/* The number of this process (by_self) or of the one that opens, as the kernel counts. */
static int learn_number(struct bw_trace_targets *t, bool by_self, uint32_t *number)
{
	struct own_open noted;
	uint32_t mode;
	int r = bw_trace_learn(t, by_self, "/proc/self/status", &noted, &mode);

	*number = r == 0 ? noted.process : 0;
	return r;
}

/* The process that opens, of which no event is shown, adds them. `add` returns 0 or -errno, reported. */
static int by_opener(struct bw_trace_targets *t, int (*add)(struct bw_trace_targets *t))
{
	int r = bw_trace_opener_start(&t->opener);

	if (r < 0)
		return r;
	t->process = 0;
	r = learn_number(t, false, &t->process); /* from here on only that process is accepted */
	if (r < 0)
		return complain(t, r, "identify the process that opens", "/proc/self/status");
	t->filter->opener = t->process;
	r = add(t);
	bw_trace_opener_stop(&t->opener);
	t->filter->opener = 0; /* another process may get its number */
	return r;
}

int bw_trace_targets_start(struct bw_trace_targets *t, const struct bw_loaded *loaded)
{
	int r = t->options->paths.n > 0 ? bw_trace_mounts_open(&t->mounts) : 0;

	t->loaded = loaded;
	prctl(PR_GET_NAME, t->comm);
	if (r == 0 && bw_trace_targets_any(t->options))
		r = by_opener(t, add_all);
	if (r < 0)
		return r;
	r = learn_number(t, true, &t->filter->self);
	if (r == 0)
		r = bw_trace_learn_set_filter(t);
	return r < 0 ? bw_log_error(r, "cannot find out this process's number: %s", strerror(-r)) : 0;
}

/* What is at the path now; what was there stays watched. */
static int add_changed(struct bw_trace_targets *t)
{
	int r = 0;

	for (size_t i = 0; i < t->options->paths.n && r == 0; i++)
		if (t->changed[i])
			r = watch(t, i);
	return r == 0 ? bw_trace_mounts_watch(&t->mounts, t->real_paths, t->n_real_paths, watch_mount, t) : r;
}

void bw_trace_targets_follow(struct bw_trace_targets *t)
{
	const uint32_t self = t->filter->self;
	const size_t n = t->options->paths.n;
	BW_FREE bool *changed = calloc(n + 1, sizeof(*changed));
	const bool moved = changed && bw_trace_links_read(&t->links, changed, n);

	if (!changed || (!bw_trace_mounts_changed(&t->mounts, t->real_paths, t->n_real_paths) && !moved))
		return;
	t->changed = changed;
	by_opener(t, add_changed);
	t->changed = NULL;
	t->filter->self = self;
	bw_trace_learn_set_filter(t);
}

void bw_trace_targets_free(struct bw_trace_targets *t)
{
	bw_trace_opener_stop(&t->opener);
	bw_trace_links_free(&t->links);
	bw_trace_mounts_close(&t->mounts);
	while (t->n_real_paths > 0)
		free(t->real_paths[--t->n_real_paths]);
	free(t->real_paths);
	t->real_paths = NULL;
}
