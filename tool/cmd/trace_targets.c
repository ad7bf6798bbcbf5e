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
#include "program/map_entries.h"

/* How long a file system may take to answer, and all of them together. */
enum { ANSWER_MS = 2000, ALL_MS = 600000 };

/* How often another name is tried, where another process takes them. */
enum { TRIES = 1000 };

/* As in the kernel. */
enum { LINKS_MAX = 40 };

/* Entries for the paths that symlinks lead to, and for the files that come to a watched path during the run. */
enum { LINKS = 1024, NEW_FILES = 4096 };

/* What the process that opens is asked: to open a path, to read a symlink. */
enum { OP_OPENING, OP_READING_LINK };

static const struct bw_map_entries own_open = {"own_open", sizeof(uint32_t), sizeof(struct own_open)};
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

/* The name that a random number stands for. */
static void put_comm(char comm[16], uint64_t number)
{
	snprintf(comm, 16, "%015llx", (unsigned long long)(number >> 4));
}

/*
 * In the process that opens. The file stays open until the next request: then it can't leave the kernel's memory, and
 * come back as another, while its identity is read.
 */
static void answer(void *cookie, int unused, const struct bw_sandbox_request *request, struct bw_sandbox_answer *answer)
{
	int *last = cookie;
	char comm[16];
	struct stat st;

	(void)unused;
	if (request->op == OP_READING_LINK) {
		answer->status = readlink(request->text, answer->text, sizeof(answer->text) - 1) < 0 ? -errno : 0;
		return;
	}
	put_comm(comm, request->number);
	bw_cleanup_fd(last);
	if (request->number)
		prctl(PR_SET_NAME, comm);
	*last = open(request->text, O_PATH | O_CLOEXEC);
	answer->status = *last < 0 ? -errno : 0;
	prctl(PR_SET_NAME, "bccwatch");
	if (*last >= 0 && fstat(*last, &st) == 0)
		answer->numbers[0] = st.st_mode;
}

/* As bw_sandbox_ask. */
static int ask(struct bw_trace_targets *t, uint32_t op, const char *path, uint64_t number,
	       struct bw_sandbox_answer *answer)
{
	struct bw_sandbox_request request = {.op = op, .number = number};

	if (strlen(path) >= sizeof(request.text))
		return -ENAMETOOLONG;
	memcpy(request.text, path, strlen(path) + 1);
	return bw_sandbox_ask(&t->opener, &request, answer, &t->deadline);
}

static int start_opener(struct bw_trace_targets *t)
{
	int last = -1; /* the other process has its own */
	const struct bw_sandbox_job job = {.answer = answer, .cookie = &last, .ms = ANSWER_MS, .privileged = true};

	if (t->started)
		return 0;
	t->started = true;
	bw_deadline_start(&t->deadline, ALL_MS);
	if (bw_sandbox_start(&t->opener, &job, &t->strays, &t->deadline) == 0)
		return 0;
	return bw_signals_pending() ? -EINTR : bw_log_error(-EIO, "cannot open what is watched: %s", t->opener.why);
}

/* `what`: "watch", or the option with the path's program. */
static int complain(const struct bw_trace_targets *t, int error, const char *what, const char *path)
{
	if (bw_signals_pending())
		return -EINTR;
	if (t->opener.failure == BW_SANDBOX_SLOW) {
		bw_log_error(error, "cannot %s '%s': its file system does not answer", what, path);
		bw_log_hint("check what is mounted there, or leave the path out");
		return error;
	}
	return bw_log_error(error, "cannot %s '%s': %s", what, path,
			    t->opener.failure ? t->opener.why : strerror(-error));
}

static int set_filter(struct bw_trace_targets *t)
{
	const struct bw_map_entries filter = {"filter", sizeof(uint32_t), sizeof(struct filter)};
	uint32_t zero = 0;

	return bw_map_entries_put(&filter, t->loaded, &zero, t->filter);
}

/* A name by which the program recognises the next open; nobody can know it before. */
static int choose_comm(struct bw_trace_targets *t, uint64_t *number)
{
	static const struct own_open nothing;
	uint32_t zero = 0;
	int r;

	if (getrandom(number, sizeof(*number), 0) != sizeof(*number))
		return -EIO;
	*number |= 1;
	t->filter->self = 0;
	put_comm(t->filter->own_comm, *number);
	r = set_filter(t);
	return r < 0 ? r : bw_map_entries_put(&own_open, t->loaded, &zero, &nothing);
}

/* Opens the path in this process (by_self) or the other, under that name. 0 or -errno. */
static int open_as(struct bw_trace_targets *t, bool by_self, const char *path, uint64_t number,
		   struct bw_sandbox_answer *answer)
{
	int r;

	if (!by_self)
		return ask(t, OP_OPENING, path, number, answer);
	prctl(PR_SET_NAME, t->filter->own_comm);
	r = open(path, O_PATH | O_CLOEXEC);
	r = r < 0 ? -errno : close(r);
	prctl(PR_SET_NAME, t->comm);
	return r;
}

/*
 * Which file the path is, and in *mode of what type; *noted is empty where the paths are only checked. Another process
 * can read the name and take it, as soon as it stands in /proc: then more than the one open was seen.
 */
static int learn(struct bw_trace_targets *t, bool by_self, const char *path, struct own_open *noted, uint32_t *mode)
{
	struct bw_sandbox_answer answer = {0};
	uint32_t zero = 0;
	uint64_t number = 0;
	int r = 0;

	*noted = (struct own_open){0};
	for (int i = 0; i < TRIES && r == 0; i++) {
		r = t->loaded ? choose_comm(t, &number) : 0;
		if (r == 0)
			r = open_as(t, by_self, path, number, &answer);
		*mode = (uint32_t)answer.numbers[0];
		if (r == 0 && t->loaded)
			r = bw_map_entries_get(&own_open, t->loaded, &zero, noted);
		if (r < 0 || !t->loaded)
			return r;
		if (noted->count == 0)
			continue; /* Linux 5.10 can skip a program that was attached just now */
		if (noted->count == 1 && (by_self || !t->process || noted->process == t->process))
			return 0;
	}
	if (r == 0)
		r = noted->count == 0 ? -EOPNOTSUPP : -EBUSY;
	return r;
}

/* learn, by the other process. */
static int identify(struct bw_trace_targets *t, const char *path, struct file_id *id, uint32_t *mode)
{
	struct own_open noted;
	int r = learn(t, false, path, &noted, mode);

	*id = noted.file;
	return r;
}

static int put(const struct bw_trace_targets *t, const struct bw_map_entries *map, const void *key, const void *value)
{
	int r = t->loaded ? bw_map_entries_put(map, t->loaded, key, value) : 0;

	return r == -E2BIG ? bw_log_error(r, "cannot watch all paths: the map '%s' is full", map->map) : r;
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

	if (r == -ENOENT || r == -ENOTDIR)
		return bw_log_error(r, "cannot watch '%s': its directory '%.*s' %s", given,
				    (int)(base - path - (base - path > 1)), dir,
				    r == -ENOENT ? "does not exist" : "is none");
	if (r < 0)
		return complain(t, r, "watch", given);
	memcpy(key.name, base, strlen(base));
	return put(t, &names, &key, &value);
}

/* Where the symlink leads to, in *to, which is the caller's; NULL: it is none. 0 or -errno. */
static int follow(struct bw_trace_targets *t, const char *path, char **to)
{
	struct bw_sandbox_answer answer = {0};
	int r = ask(t, OP_READING_LINK, path, 0, &answer);

	*to = NULL;
	if (t->opener.failure)
		return r;
	if (r < 0)
		return 0;
	*to = bw_path_parts_follow(path, answer.text);
	return *to ? 0 : -ENOMEM;
}

/* The path, and each that its symlinks lead through, whether or not there is anything yet. */
static int watch_names(struct bw_trace_targets *t, const char *path, const char *given)
{
	BW_FREE char *at = strdup(path);
	int r = at ? 0 : -ENOMEM;

	for (int i = 0; i < LINKS_MAX && at && r == 0; i++) {
		BW_FREE char *here = BW_TAKE(at), *link = bw_path_parts_trim(here);

		if (!link)
			return i > 0 ? 0 : complain(t, -ENOENT, "watch", given); /* ".", ".." */
		r = watch_name(t, link, given);
		if (r < 0)
			return r;
		r = follow(t, link, &at);
		if (r < 0)
			return complain(t, r, "watch", given);
	}
	return r;
}

static int watch_directory(struct bw_trace_targets *t, const struct file_id *id)
{
	const struct protection entry = {.inode = PROTECTION_STAYS, .access = ACCESS_ANY};
	const uint32_t value = 1;
	int r = put(t, &dirs, id, &entry);

	return r == 0 ? put(t, &devices, &id->dev, &value) : r;
}

static int watch(struct bw_trace_targets *t, const char *given)
{
	const struct protection entry = {.inode = PROTECTION_STAYS, .access = ACCESS_ANY};
	BW_FREE char *path = bw_path_parts_absolute(given);
	struct file_id id = {0};
	uint32_t mode = 0;
	int r;

	if (!path)
		return complain(t, -errno, "watch", given);
	r = identify(t, path, &id, &mode);
	if (r < 0 && r != -ENOENT)
		return complain(t, r, "watch", given);
	if (r == 0 && S_ISDIR(mode))
		return watch_directory(t, &id);
	if (r == 0)
		r = put(t, &files, &id, &entry);
	return r == 0 || r == -ENOENT ? watch_names(t, path, given) : r;
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
	int r = 0;

	for (size_t i = 0; i < o->paths.n && r == 0; i++)
		r = watch(t, o->paths.items[i]);
	if (r == 0 && o->exe)
		r = add_program(t, &exes, "show only the program", o->exe);
	for (size_t i = 0; i < o->not_exes.n && r == 0; i++)
		r = add_program(t, &not_exes, "leave out the program", o->not_exes.items[i]);
	return r;
}

int bw_trace_targets_check(struct bw_trace_targets *t)
{
	int r = bw_trace_targets_any(t->options) ? start_opener(t) : 0;

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
		{&dirs, paths},
		{&devices, paths},
		{&exes, o->exe ? 1 : 0},
		{&not_exes, o->not_exes.n},
		{&own_open, 1},
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
	int r = learn(t, by_self, "/proc/self/status", &noted, &mode);

	*number = r == 0 ? noted.process : 0;
	return r;
}

int bw_trace_targets_start(struct bw_trace_targets *t, const struct bw_loaded *loaded)
{
	bool any = bw_trace_targets_any(t->options);
	int r;

	t->loaded = loaded;
	prctl(PR_GET_NAME, t->comm);
	r = any ? start_opener(t) : 0;
	if (r < 0)
		return r;
	r = any ? learn_number(t, false, &t->process) : 0; /* from here on only that process is accepted */
	if (r < 0)
		return complain(t, r, "identify the process that opens", "/proc/self/status");
	r = any ? add_all(t) : 0;
	bw_trace_targets_free(t);
	if (r < 0)
		return r;
	r = learn_number(t, true, &t->filter->self);
	if (r == 0)
		r = set_filter(t);
	return r < 0 ? bw_log_error(r, "cannot find out this process's number: %s", strerror(-r)) : 0;
}

void bw_trace_targets_free(struct bw_trace_targets *t)
{
	if (!t->started)
		return;
	t->started = false;
	bw_sandbox_stop(&t->opener, &t->strays);
	bw_sandbox_reap_strays(&t->strays, BW_STRAYS_LAST_MS);
}
