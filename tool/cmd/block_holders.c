/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/block_holders.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "process/open_files.h"

enum { SHOWN = 8 };

struct holders {
	const struct bw_block_options *options;
	const char *root;
	size_t n;
};

static bool is_by_rule(const struct bw_rule *rule, const char *link)
{
	const char *slash = strrchr(link, '/');
	size_t len = strlen(rule->value);

	if (rule->kind == BW_RULE_NAME)
		return strcmp(slash ? slash + 1 : link, rule->value) == 0;
	if (rule->kind == BW_RULE_PATH)
		return strcmp(link, rule->value) == 0;
	while (len > 1 && rule->value[len - 1] == '/')
		len--;
	return strncmp(link, rule->value, len) == 0 && link[len] == '/';
}

static const struct bw_rule *rule_of(const struct holders *h, const char *link)
{
	const struct bw_rules *rules = &h->options->rules;

	for (size_t i = 0; i < rules->n && *link == '/'; i++)
		if (is_by_rule(&rules->rules[i], link))
			return &rules->rules[i];
	return NULL;
}

static bool is_protected(void *cookie, const char *link)
{
	return rule_of(cookie, link) != NULL;
}

/* Which of the accesses that are denied the descriptor has: ACCESS_READ, ACCESS_WRITE. */
static uint32_t denied_of(const struct holders *h, const struct bw_open_file *file)
{
	const struct bw_access *access = &h->options->access;
	const struct bw_rule *rule = rule_of(h, file->link);
	static const uint32_t modes[] = {[O_RDONLY] = ACCESS_READ,
					 [O_WRONLY] = ACCESS_WRITE,
					 [O_RDWR] = ACCESS_READ | ACCESS_WRITE,
					 [O_ACCMODE] = 0};

	if (file->flags & O_PATH || !rule)
		return 0;
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
	bw_log_note("Open already, which no rule ends: '%s' by process %d (%s), for %s.", file->link, (int)file->pid,
		    comm, ways[denied]);
	return true;
}

void bw_block_holders_report(const struct bw_block_options *options, const char *root)
{
	struct holders h = {.options = options, .root = root};
	const struct bw_open_files_search search = {is_protected, report, &h};
	bool incomplete = false;

	if (bw_open_files_search(&search, root, &incomplete) < 0)
		return;
	if (h.n > SHOWN)
		bw_log_note("Open already: %zu more descriptors of protected files.", h.n - SHOWN);
	if (incomplete)
		bw_log_note("Not all processes could be asked in a second which protected files they have open.");
}
