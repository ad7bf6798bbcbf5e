/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/explain.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/glob.h"
#include "base/path_parts.h"
#include "bpf_src/lib/target.h"

char *bw_explain_name(const char *path)
{
	BW_FREE char *trimmed = bw_path_parts_trim(path), *dir = trimmed ? bw_rules_directory_of(trimmed) : NULL;
	BW_FREE char *real = dir ? realpath(dir, NULL) : NULL;
	const char *base = trimmed ? strrchr(trimmed, '/') + 1 : NULL;
	char *whole = NULL;

	if (!real || asprintf(&whole, "%s/%s", strcmp(real, "/") == 0 ? "" : real, base) < 0)
		return NULL;
	return whole;
}

char *bw_explain_real(const struct bw_rule *rule)
{
	BW_FREE char *trimmed = NULL;
	char *real;

	if (rule->kind == BW_RULE_NAME || rule->kind == BW_RULE_NAME_GLOB)
		return NULL;
	if (rule->kind == BW_RULE_PATH_GLOB)
		return bw_explain_name(rule->value);
	trimmed = bw_path_parts_trim(rule->value);
	real = realpath(trimmed ? trimmed : rule->value, NULL);
	return real || rule->kind == BW_RULE_DIR ? real : bw_explain_name(rule->value);
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool glob_matches(const char *pattern, const char *name)
{
	BW_CLEANUP(bw_glob_free) struct bw_glob glob = {0};
	const char *why;
	size_t at;

	return bw_glob_compile(&glob, pattern, false, &why, &at) == 0 && bw_glob_match(&glob, name, strlen(name));
}

static bool in_same_directory(const char *path, const char *other)
{
	size_t len = (size_t)(name_of(path) - path);

	return len == (size_t)(name_of(other) - other) && memcmp(path, other, len) == 0;
}

static bool is_beneath(const char *dir, const char *path)
{
	size_t len = strlen(dir);

	while (len > 0 && dir[len - 1] == '/')
		len--;
	return strncmp(path, dir, len) == 0 && path[len] == '/';
}

char *bw_explain_follow(const char *path)
{
	BW_FREE char *dir = bw_rules_directory_of(path);
	char target[PATH_MAX], *next = NULL;
	ssize_t len = readlink(path, target, sizeof(target) - 1);

	if (len < 0 || !dir)
		return NULL;
	target[len] = '\0';
	return asprintf(&next, "%s%s%s", *target == '/' ? "" : dir, *target == '/' ? "" : "/", target) < 0 ? NULL
													   : next;
}

static bool is_same(const char *path, const char *other)
{
	return strcmp(path, other) == 0;
}

/* Is there, on the way that the symlinks of the rule's path lead, one for which that is so? They are protected by their
 * names. */
static bool is_on_way(const struct bw_rule *rule, bool (*is)(const char *path, const char *here), const char *path)
{
	BW_FREE char *at = strdup(rule->value);

	for (int i = 0; i < BW_EXPLAIN_LINKS_MAX && at; i++) {
		BW_FREE char *here = bw_explain_name(at);

		if (here && is(path, here))
			return true;
		free(at);
		at = here ? bw_explain_follow(here) : NULL;
	}
	return false;
}

static bool path_matches(const struct bw_rule *rule, const char *real, const char *path)
{
	switch (rule->kind) {
	case BW_RULE_NAME:
		return strcmp(name_of(path), rule->value) == 0;
	case BW_RULE_NAME_GLOB:
		return glob_matches(rule->value, name_of(path));
	case BW_RULE_PATH:
		return (real && strcmp(path, real) == 0) || is_on_way(rule, is_same, path);
	case BW_RULE_PATH_GLOB:
		return real && in_same_directory(path, real) && glob_matches(name_of(real), name_of(path));
	default:
		return real && is_beneath(real, path);
	}
}

/* A name is that by which it is opened; a path or directory protects the file under its other names, too. */
bool bw_explain_matches(const struct bw_rule *rule, const char *real, const struct bw_explain_file *file)
{
	const bool by_name = rule->kind == BW_RULE_NAME || rule->kind == BW_RULE_NAME_GLOB;

	for (size_t i = 0; i < file->n && (i == 0 || !by_name); i++)
		if (path_matches(rule, real, file->paths[i]))
			return true;
	return false;
}

/* What a hook is asked about an entry, and not about what is in it: of these a rule's directory is denied itself. */
enum {
	OF_ENTRY = ACCESS_ATTR | ACCESS_DELETE | ACCESS_REPLACE | ACCESS_RENAME | ACCESS_LINK | ACCESS_LINK_TO |
		   ACCESS_STAT | ACCESS_MOUNT
};

/* What would be made at a protected name takes the place of the file. */
static uint32_t with_replacing(uint32_t access)
{
	return access & ACCESS_REPLACE ? access | ACCESS_MKDIR | ACCESS_SYMLINK | ACCESS_LINK : access;
}

struct bw_access bw_explain_concerned(const struct bw_policy *policy, const struct bw_rule *rule, const char *real,
				      const struct bw_explain_file *file, const struct bw_access *wanted)
{
	const struct bw_access a = {with_replacing(policy->access.file), with_replacing(policy->access.beneath),
				    policy->access.ancestor};
	const char *asked = file->paths[0];
	const bool own = rule->kind == BW_RULE_DIR && real && strcmp(asked, real) == 0;
	const bool leads = real && (own || is_beneath(asked, real));
	const bool above = strcmp(asked, "/") != 0 &&
			   (leads || (rule->kind == BW_RULE_PATH && is_on_way(rule, is_beneath, asked)));
	struct bw_access concerned = {.ancestor = above ? a.ancestor & wanted->ancestor : 0};

	concerned.file = concerned.ancestor;
	if (bw_explain_matches(rule, real, file))
		concerned.file |= rule->kind == BW_RULE_DIR ? a.beneath & wanted->beneath : a.file & wanted->file;
	if (own)
		concerned.file |= a.beneath & wanted->beneath & OF_ENTRY;
	concerned.beneath = concerned.file;
	return concerned;
}

static enum bw_explain_answer is_subject(const struct bw_subject *s, const struct bw_explain_subject *who)
{
	BW_FREE char *real = NULL;

	if (s->kind == BW_SUBJECT_UID && who->has_uid)
		return s->number == who->uid ? BW_EXPLAIN_YES : BW_EXPLAIN_NO;
	if (s->kind != BW_SUBJECT_EXE || !who->exe)
		return BW_EXPLAIN_DEPENDS;
	real = realpath(s->value, NULL);
	return strcmp(real ? real : s->value, who->exe) == 0 ? BW_EXPLAIN_YES : BW_EXPLAIN_NO;
}

enum bw_explain_answer bw_explain_holds(const struct bw_policy *policy, const struct bw_explain_subject *subject)
{
	enum bw_explain_answer excepted = BW_EXPLAIN_NO, named = BW_EXPLAIN_NO;
	bool any_only = false;

	for (size_t i = 0; i < policy->n_subjects; i++) {
		const struct bw_subject *s = &policy->subjects[i];
		const enum bw_explain_answer is = is_subject(s, subject);

		any_only |= s->only;
		if (s->only && is > named)
			named = is;
		if (!s->only && is > excepted)
			excepted = is;
	}
	if (excepted == BW_EXPLAIN_YES || (any_only && named == BW_EXPLAIN_NO))
		return BW_EXPLAIN_NO;
	return excepted == BW_EXPLAIN_DEPENDS || (any_only && named == BW_EXPLAIN_DEPENDS) ? BW_EXPLAIN_DEPENDS
											   : BW_EXPLAIN_YES;
}
