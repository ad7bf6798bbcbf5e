/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/targets.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bcc/libbpf.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/path_parts.h"
#include "base/signals.h"
#include "enforce/ancestors.h"
#include "enforce/directories.h"
#include "enforce/globs.h"
#include "enforce/identity.h"
#include "enforce/waiting.h"

static int complain(int error, const char *path)
{
	return bw_log_error(error, "cannot protect '%s': %s", path, strerror(-error));
}

/* Opens the path, and has it held: 0 or -errno. */
static int hold(struct bw_enforcement *e, const char *path, struct learned *learned)
{
	int fd = bw_identity_open(path);

	return fd < 0 ? fd : bw_identity_hold(e, fd, learned);
}

typedef int rule_function(struct bw_enforcement *, const char *);

/* Has the program wait for the path. Where it exists meanwhile, it is protected as others are. */
static int wait_for(struct bw_enforcement *e, enum bw_rule_kind kind, const char *path, rule_function *protect)
{
	int r = bw_waiting_add(e, kind, path);

	return r == -EEXIST ? protect(e, path) : r;
}

/* For the header: its path does not exist yet. */
static int note_absent(struct bw_enforcement *e, const char *path)
{
	const char **more = reallocarray(e->absent, e->n_absent + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	e->absent = more;
	e->absent[e->n_absent++] = path;
	return 0;
}

/* An entry of `names`, and its bit before. A source need not have the map of bits. */
static int add_name(struct bw_enforcement *e, const struct name_key *key)
{
	const uint32_t bit = name_bit(key), index = bit / 64;
	int bits = bw_image_find_map(e->loaded->image, "name_bits"), r = 0;
	uint64_t word = 0;

	if (bits >= 0 && bpf_lookup_elem(e->loaded->maps[bits], (void *)&index, &word) == 0 &&
	    !(word >> bit % 64 & 1)) {
		word |= (uint64_t)1 << bit % 64;
		r = bw_identity_put_value(e, "name_bits", &index, &word);
	}
	return r == 0 ? bw_identity_add(e, "names", key, e->access.file) : r;
}

/* The path's last component in the directory as it is now, whatever comes to be there. */
static int protect_name_in_directory(struct bw_enforcement *e, const char *path)
{
	BW_FREE char *dir = NULL;
	const char *base = bw_path_parts_split(path, &dir);
	struct name_key key = {0};
	struct learned learned = {0};
	int r = base ? hold(e, dir, &learned) : -ENOMEM;

	if (r == -ENOENT && e->n_missing > 0)
		return wait_for(e, BW_RULE_PATH, path, protect_name_in_directory);
	if (r < 0)
		return complain(r, path);
	key.parent = learned.file;
	memcpy(key.name, base, strlen(base));
	r = add_name(e, &key);
	return r == 0 ? bw_ancestors_protect(e, dir) : r;
}

/* Where the symlink leads to, as an absolute path; NULL: it is none. */
static char *followed(const char *path)
{
	char to[PATH_MAX];
	ssize_t len = readlink(path, to, sizeof(to) - 1);

	if (len <= 0)
		return NULL;
	to[len] = '\0';
	return bw_path_parts_follow(path, to);
}

/* Calls `each` for the path, and for each that its symlinks lead through, whether or not there is anything yet. */
static int each_link(struct bw_enforcement *e, const char *path,
		     int (*each)(struct bw_enforcement *e, const char *path))
{
	enum { LINKS_MAX = 40 }; /* as in the kernel */
	BW_FREE char *at = strdup(path);
	int r = at ? 0 : -ENOMEM;

	for (int i = 0; i < LINKS_MAX && at && r == 0; i++) {
		BW_FREE char *here = BW_TAKE(at), *link = bw_path_parts_trim(here);

		if (!link)
			return 0; /* ".." or "/", which are directories */
		r = each(e, link);
		at = followed(link);
	}
	return r;
}

/* *path is the caller's, in either case. 0 or -errno, reported. */
static int check_path(const char *given, char **path)
{
	struct stat st;

	*path = bw_path_parts_trim(given);
	if (!*path)
		return bw_log_error(-EINVAL, "--path %s: it does not end with a file's name", given);
	if (stat(*path, &st) == 0 && S_ISDIR(st.st_mode))
		return bw_log_error(-EISDIR, "--path %s: this is a directory; --dir protects what lies beneath one",
				    given);
	return 0;
}

/* What is there, and where it is; also what is put there later. */
static int protect_path(struct bw_enforcement *e, const char *given)
{
	BW_FREE char *path = NULL;
	struct learned learned = {0};
	int r = check_path(given, &path);

	if (r < 0)
		return r; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	r = each_link(e, path, protect_name_in_directory);
	if (r < 0)
		return r; /* cppcheck-suppress memleak ; likewise */
	r = hold(e, path, &learned);
	if (r == -ENOENT)
		return note_absent(e, given); /* its name is protected for when it comes */
	return r < 0 ? complain(r, path) : bw_identity_protect(e, "files", &learned, true, e->access.file);
}

static int protect_name(struct bw_enforcement *e, const char *name)
{
	struct name_key key = {0};

	memcpy(key.name, name, strlen(name));
	return add_name(e, &key);
}

static int protect_name_glob(struct bw_enforcement *e, const char *pattern)
{
	(void)pattern;
	bw_globs_add_name(&e->globs, e->glob++, e->access.file);
	return 0;
}

static int protect_glob_in(struct bw_enforcement *e, const char *dir)
{
	struct learned learned = {0};
	int fd = bw_directories_open(dir);
	int r = fd < 0 ? fd : bw_identity_hold(e, fd, &learned);

	if (r == 0)
		r = bw_globs_protect_in(e, e->glob, fd, dir);
	return r == 0 ? bw_ancestors_protect(e, dir) : r;
}

static int protect_path_glob(struct bw_enforcement *e, const char *path)
{
	BW_FREE char *dir = bw_rules_directory_of(path);
	int r;

	if (!dir)
		return -ENOMEM;
	if (e->n_missing > 0 && bw_waiting_is_missing(BW_RULE_DIR, dir)) {
		e->globs.set.access[e->glob] = e->access.file;
		r = wait_for(e, BW_RULE_PATH_GLOB, dir, protect_glob_in);
		if (r == 0)
			r = note_absent(e, path);
	} else {
		r = protect_glob_in(e, dir);
	}
	e->glob++;
	return r;
}

static int count_missing(struct bw_enforcement *e, const char *path)
{
	e->n_missing++;
	for (const char *p = path; *p; p++)
		e->missing_steps += *p == '/';
	return 0;
}

static int check_directory(struct bw_enforcement *e, const char *path)
{
	BW_FREE char *dir = NULL;
	struct stat st;

	if (bw_waiting_is_missing(BW_RULE_PATH, path))
		return count_missing(e, path); /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	if (!bw_path_parts_split(path, &dir) || stat(dir, &st) < 0)
		return complain(-errno, path); /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	return 0;
}

static int check_path_rule(struct bw_enforcement *e, const char *given)
{
	BW_FREE char *path = NULL;
	int r = check_path(given, &path);

	return r < 0 ? r : each_link(e, path, check_directory);
}

static int check_dir(struct bw_enforcement *e, const char *path)
{
	BW_FD int fd = -1;

	if (bw_waiting_is_missing(BW_RULE_DIR, path))
		return count_missing(e, path);
	fd = bw_directories_open(path);
	return fd < 0 ? fd : 0;
}

static int check_path_glob(struct bw_enforcement *e, const char *path)
{
	BW_FREE char *dir = bw_rules_directory_of(path);

	return dir ? check_dir(e, dir) : -ENOMEM;
}

static int check_name(struct bw_enforcement *e, const char *name)
{
	(void)e;
	(void)name;
	return 0;
}

/* The functions are by bw_rule_kind. */
static int each_rule(struct bw_enforcement *e, rule_function *const of_kind[])
{
	int r = 0;

	e->glob = 0;
	for (size_t i = 0; i < e->rules->n && r == 0; i++) {
		const struct bw_rule *rule = &e->rules->rules[i];

		if (e->policies && e->policies->used)
			e->access = e->policies->of_rules[i];
		r = bw_signals_pending() ? -EINTR : of_kind[rule->kind](e, rule->value);
		if (r < 0 && r != -EINTR && r != -E2BIG && r != -ENOMEM && rule->line > 0)
			bw_log_hint("the rule stands in line %u of the file of --rules, column %u", rule->line,
				    rule->column);
	}
	return r;
}

int bw_targets_check(struct bw_enforcement *e)
{
	static rule_function *const check[] = {check_name, check_path_rule, check_dir, check_name, check_path_glob};

	e->n_missing = e->missing_steps = 0;
	return each_rule(e, check);
}

static int protect_dir(struct bw_enforcement *e, const char *path)
{
	int r = 0;

	if (e->n_missing == 0 || !bw_waiting_is_missing(BW_RULE_DIR, path))
		return bw_directories_protect(e, path);
	r = wait_for(e, BW_RULE_DIR, path, protect_dir);
	return r == 0 && bw_waiting_is_missing(BW_RULE_DIR, path) ? note_absent(e, path) : r;
}

int bw_targets_protect(struct bw_enforcement *e)
{
	static rule_function *const protect[] = {protect_name, protect_path, protect_dir, protect_name_glob,
						 protect_path_glob};
	int r = each_rule(e, protect);

	return r == 0 ? bw_directories_search(e) : r;
}
