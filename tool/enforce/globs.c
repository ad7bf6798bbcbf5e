/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/globs.h"

#include <bcc/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "enforce/identity.h"
#include "enforce/linked_files.h"

static bool has_glob(const struct bw_rule *rule)
{
	return rule->kind == BW_RULE_NAME_GLOB || rule->kind == BW_RULE_PATH_GLOB;
}

static int make_states(struct bw_globs *g)
{
	int r = bw_glob_states_make(&g->states, g->compiled, g->n);

	if (r != -E2BIG)
		return r < 0 ? bw_log_error(r, "cannot read the patterns: %s", strerror(-r)) : 0;
	bw_log_error(r, "the patterns are too many or too complex to be matched together");
	bw_log_hint("each * doubles what has to be kept in mind of a name: use fewer of the form *text*");
	return r;
}

int bw_globs_make(struct bw_globs *g, const struct bw_rules *rules)
{
	int r = 0;

	*g = (struct bw_globs){0};
	if (bw_rules_globs(rules) == 0)
		return 0;
	g->compiled = calloc(GLOBS_MAX, sizeof(*g->compiled));
	if (!g->compiled)
		return bw_log_error(-ENOMEM, "cannot read the patterns: %s", strerror(ENOMEM));
	for (size_t i = 0; i < rules->n && r == 0; i++) {
		const char *why;
		size_t at;

		if (has_glob(&rules->rules[i]))
			r = bw_glob_compile(&g->compiled[g->n++], bw_rules_glob_of(&rules->rules[i]), false, &why, &at);
	}
	return r < 0 ? bw_log_error(r, "cannot read the patterns: %s", strerror(-r)) : make_states(g);
}

void bw_globs_free(struct bw_globs *g)
{
	for (size_t i = 0; i < g->n; i++)
		bw_glob_free(&g->compiled[i]);
	free(g->compiled);
	bw_glob_states_free(&g->states);
	*g = (struct bw_globs){0};
}

void bw_globs_add_name(struct bw_globs *g, size_t number, uint32_t access)
{
	g->set.anywhere |= 1ULL << number;
	g->set.access[number] = access;
}

/* A file that matches: it stays protected where it is moved or linked to. */
static int protect_entry(struct bw_enforcement *e, int dir, const char *path, const char *name)
{
	struct stat st;
	int flags = O_PATH | O_CLOEXEC | O_NOFOLLOW;
	BW_FD int file = -1;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	/* Whoever may write there could make a symlink to any file, and have it protected: those of root count. */
	if (S_ISLNK(st.st_mode) && st.st_uid == 0)
		flags &= ~O_NOFOLLOW;
	else if (S_ISDIR(st.st_mode) || S_ISLNK(st.st_mode))
		return 0;
	file = openat(dir, name, flags);
	if (file < 0 || fstat(file, &st) < 0 || S_ISDIR(st.st_mode))
		return 0;
	return bw_linked_files_protect(e, file, e->access.file, path, name);
}

static void close_list(DIR **list)
{
	if (*list)
		closedir(*list);
}

static int search(struct bw_enforcement *e, const struct bw_glob *glob, int dir, const char *path)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
	BW_CLEANUP(close_list) DIR *list = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!list)
		return bw_log_error(-errno, "cannot search '%s' for files that match a pattern: %s", path,
				    strerror(errno));
	while (r == 0 && (entry = readdir(list)))
		if (bw_glob_match(glob, entry->d_name, strlen(entry->d_name)))
			r = protect_entry(e, fd, path, entry->d_name);
	return r;
}

int bw_globs_protect_in(struct bw_enforcement *e, size_t number, int dir, const char *path)
{
	struct learned learned = {0};
	uint64_t set = 0;
	int map = bw_identity_map(e, "glob_dirs"), r = map < 0 ? map : bw_identity_learn(e, dir, &learned);

	if (r < 0)
		return r;
	bpf_lookup_elem(map, &learned.file, &set);
	set |= 1ULL << number;
	e->globs.set.access[number] = e->access.file;
	r = bw_identity_put_value(e, "glob_dirs", &learned.file, &set);
	return r == 0 ? search(e, &e->globs.compiled[number], dir, path) : r;
}

int bw_globs_put(struct bw_enforcement *e)
{
	const uint32_t zero = 0;
	int r = 0;

	for (uint32_t i = 0; i < e->globs.states.n && r == 0; i++)
		r = bw_identity_put_value(e, "glob_states", &i, &e->globs.states.states[i]);
	return r == 0 && e->globs.n > 0 ? bw_identity_put_value(e, "globs", &zero, &e->globs.set) : r;
}
