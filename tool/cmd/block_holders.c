/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/block_holders.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/glob.h"
#include "base/log.h"
#include "process/open_files.h"

enum { SHOWN = 8 };

struct holders {
	const struct bw_block_options *options;
	const char *root;
	char **real; /* by rule: its path without symlinks, as the links in /proc are; NULL: a name, or nothing there */
	size_t n;
};

static void free_real(struct holders *h)
{
	for (size_t i = 0; h->real && i < h->options->rules.n; i++)
		free(h->real[i]);
	free(h->real);
}

/* Of a pattern in a directory, that of the directory, with the pattern as it is. */
static char *real_path(const struct bw_rule *rule)
{
	BW_FREE char *dir = NULL, *real = NULL;
	char *whole = NULL;

	if (rule->kind == BW_RULE_NAME || rule->kind == BW_RULE_NAME_GLOB)
		return NULL;
	if (rule->kind != BW_RULE_PATH_GLOB)
		return realpath(rule->value, NULL);
	dir = bw_rules_directory_of(rule->value);
	real = dir ? realpath(dir, NULL) : NULL;
	if (!real || asprintf(&whole, "%s/%s", strcmp(real, "/") == 0 ? "" : real, bw_rules_glob_of(rule)) < 0)
		return NULL;
	return whole;
}

static bool resolve_rules(struct holders *h)
{
	const struct bw_rules *rules = &h->options->rules;

	h->real = calloc(rules->n, sizeof(*h->real));
	for (size_t i = 0; h->real && i < rules->n; i++)
		h->real[i] = real_path(&rules->rules[i]);
	return h->real;
}

/* path: the directory has to be that of the pattern. */
static bool matches(const char *value, const char *name, const char *path)
{
	const char *slash = strrchr(value, '/');
	BW_CLEANUP(bw_glob_free) struct bw_glob glob = {0};
	const char *why;
	size_t at;

	if (path && (name - path != slash + 1 - value || memcmp(path, value, (size_t)(name - path)) != 0))
		return false;
	return bw_glob_compile(&glob, slash ? slash + 1 : value, false, &why, &at) == 0 &&
	       bw_glob_match(&glob, name, strlen(name));
}

static bool is_by_rule(enum bw_rule_kind kind, const char *value, const char *link)
{
	const char *slash = strrchr(link, '/');
	size_t len = strlen(value);

	if (kind == BW_RULE_NAME)
		return strcmp(slash ? slash + 1 : link, value) == 0;
	if (kind == BW_RULE_NAME_GLOB || kind == BW_RULE_PATH_GLOB)
		return matches(value, slash ? slash + 1 : link, kind == BW_RULE_PATH_GLOB ? link : NULL);
	if (kind == BW_RULE_PATH)
		return strcmp(link, value) == 0;
	while (len > 0 && value[len - 1] == '/')
		len--;
	return strncmp(link, value, len) == 0 && link[len] == '/';
}

static const struct bw_rule *rule_of(const struct holders *h, const char *link)
{
	const struct bw_rules *rules = &h->options->rules;

	for (size_t i = 0; i < rules->n && *link == '/'; i++) {
		const struct bw_rule *rule = &rules->rules[i];

		if (is_by_rule(rule->kind, rule->value, link) ||
		    (h->real[i] && is_by_rule(rule->kind, h->real[i], link)))
			return rule;
	}
	return NULL;
}

static bool is_protected(void *cookie, const char *link)
{
	return rule_of(cookie, link) != NULL;
}

/* Which of the accesses that are denied the descriptor has: ACCESS_READ, ACCESS_WRITE. */
static uint32_t denied_of(const struct holders *h, const struct bw_open_file *file)
{
	const struct bw_rule *rule = rule_of(h, file->link);
	const struct bw_access *access;
	static const uint32_t modes[] = {[O_RDONLY] = ACCESS_READ,
					 [O_WRONLY] = ACCESS_WRITE,
					 [O_RDWR] = ACCESS_READ | ACCESS_WRITE,
					 [O_ACCMODE] = 0};

	if (file->flags & O_PATH || !rule)
		return 0;
	access = rule->policy < 0 ? &h->options->access : &h->options->rules.policies[rule->policy].access;
	return modes[file->flags & O_ACCMODE] & (rule->kind == BW_RULE_DIR ? access->beneath : access->file);
}

static void read_comm(const struct holders *h, pid_t pid, char comm[32])
{
	BW_FREE char *text = NULL;
	char path[PATH_MAX];
	size_t len;

	snprintf(path, sizeof(path), "%s/proc/%d/comm", h->root, (int)pid);
	snprintf(comm, 32, "?");
	if (bw_file_read(path, 4096, &text, &len) == 0)
		snprintf(comm, 32, "%.*s", (int)strcspn(text, "\n"), text);
}

static bool report(void *cookie, const struct bw_open_file *file)
{
	static const char *const ways[] = {[ACCESS_READ] = "reading",
					   [ACCESS_WRITE] = "writing",
					   [ACCESS_READ | ACCESS_WRITE] = "reading and writing"};
	struct holders *h = cookie;
	uint32_t denied = denied_of(h, file);
	char comm[32];

	if (!denied || ++h->n > SHOWN)
		return true;
	read_comm(h, file->pid, comm);
	bw_log_note("Open already, which %s: '%s' by process %d (%s), for %s.",
		    h->options->deny_holders ? "--holders deny covers" : "no rule ends", file->link, (int)file->pid,
		    comm, ways[denied]);
	return true;
}

void bw_block_holders_report(const struct bw_block_options *options, const char *root)
{
	BW_CLEANUP(free_real) struct holders h = {.options = options, .root = root};
	const struct bw_open_files_search search = {is_protected, report, &h};
	bool incomplete = false;

	/* Where the rules hold for a command alone, they are nothing to who runs already. */
	if (options->common.command || !resolve_rules(&h) || bw_open_files_search(&search, root, &incomplete) < 0)
		return;
	if (h.n > SHOWN)
		bw_log_note("Open already: %zu more descriptors of protected files.", h.n - SHOWN);
	if (incomplete)
		bw_log_note("Not all processes could be asked in a second which protected files they have open.");
}
