/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/rules_explain.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/escape.h"
#include "base/file.h"
#include "base/log.h"
#include "base/path_parts.h"
#include "bpf_src/lib/target.h"
#include "cmd/exit_status.h"
#include "cmd/trace_search.h"
#include "enforce/rule_format.h"
#include "process/mounts.h"
#include "process/open_files.h"

/* How long other names are looked for. */
enum { SEARCH_MS = 10000, NAMES_MAX = 64, HOLDERS_SHOWN = 16 };

struct explanation {
	const struct bw_rules_explain *asked;
	struct bw_rules rules[BW_RULES_EXPLAIN_FILES_MAX];
	struct bw_explain_subject subject;
	struct bw_access wanted;
	struct stat st;
	bool exists, incomplete; /* incomplete: there may be more names */
	char *names[NAMES_MAX];	 /* n_names, owned */
	size_t n_names, n_holders;
	size_t n_places;	  /* of the names: the first ones, which are one name, by several mounts */
	bool is_point[NAMES_MAX]; /* of these: the place is where it is mounted, whose name is not its own */
};

/* A text of the disk, for a terminal. */
static void print_escaped(const char *text)
{
	BW_FREE char *shown = malloc(4 * strlen(text) + 1);

	if (shown)
		printf("%.*s", (int)bw_escape(shown, text, strlen(text)), shown);
} /* cppcheck-suppress memleak ; it does not know the cleanup attribute */

static void print_line(const struct bw_rules *rules, const struct bw_rule *rule)
{
	BW_FREE char *line = NULL;
	size_t len;
	FILE *out = open_memstream(&line, &len);

	if (!out)
		return;
	bw_rule_format(out, rules, rule);
	fclose(out);
	print_escaped(line);
}

/* What is done to a name: a symlink that it is of is not followed. */
enum {
	OF_NAME = ACCESS_DELETE | ACCESS_RENAME | ACCESS_REPLACE | ACCESS_LINK | ACCESS_LINK_TO | ACCESS_SYMLINK |
		  ACCESS_MKDIR | ACCESS_MKNOD
};

/* Where the symlinks that it is lead, to what is not there. */
static char *find_end(const char *path)
{
	BW_FREE char *at = strdup(path);

	for (int i = 0; i < BW_EXPLAIN_LINKS_MAX && at; i++) {
		char *name = bw_explain_name(at);

		free(at);
		at = name ? bw_explain_follow(name) : NULL;
		if (!at)
			return name;
		free(name);
	}
	return NULL;
}

/* The path that is asked about, without symlinks; its last component need not be there. */
static int find_file(struct explanation *e)
{
	BW_FREE char *path = bw_path_parts_absolute(e->asked->path);

	if (!path)
		return bw_log_error(-errno, "cannot explain '%s': %s", e->asked->path, strerror(errno));
	if (!(e->wanted.file & ~OF_NAME) && lstat(path, &e->st) == 0 && S_ISLNK(e->st.st_mode)) {
		e->names[0] = bw_explain_name(path);
		e->exists = true;
	} else {
		e->names[0] = realpath(path, NULL);
		e->exists = e->names[0] && stat(e->names[0], &e->st) == 0;
	}
	if (!e->names[0] && errno == ENOENT)
		e->names[0] = find_end(path);
	if (e->names[0]) {
		const uint32_t links = e->exists ? ACCESS_LINK | ACCESS_SYMLINK : ACCESS_LINK_TO;

		e->wanted.file &= ~links; /* what exists gets a name more, what does not is made */
		e->wanted.beneath &= ~links;
		e->n_names = e->n_places = 1;
		return 0;
	}
	bw_log_error(-ENOENT, "cannot explain '%s': its directory does not exist", e->asked->path);
	return -ENOENT;
}

static void add_name(struct explanation *e, const char *path)
{
	e->names[e->n_names] = strdup(path);
	e->n_names += e->names[e->n_names] != NULL;
}

/* The directory that the path's last component is in, or the path. */
static int stat_there(const struct explanation *e, const char *path, struct stat *st)
{
	BW_FREE char *dir = e->exists ? strdup(path) : bw_rules_directory_of(path);

	return dir ? lstat(dir, st) : -1;
}

/* The mount that the path is on, or its directory. */
static const struct bw_mount *mount_of(const struct explanation *e, const char *path, const struct bw_mounts *mounts)
{
	BW_FREE char *dir = e->exists ? strdup(path) : bw_rules_directory_of(path);
	BW_FD int fd = dir ? open(dir, O_PATH | O_NOFOLLOW | O_CLOEXEC) : -1;

	return fd < 0 ? NULL : bw_mounts_find(mounts, bw_mounts_id_of(fd));
}

/* Where other mounts of the same file system show it, as bind mounts do. *point: where that of the path is; owned. */
static void find_places(struct explanation *e, char **point)
{
	BW_CLEANUP(bw_mounts_free) struct bw_mounts mounts = {0};
	const struct bw_mount *in = bw_mounts_read("", &mounts) == 0 ? mount_of(e, e->names[0], &mounts) : NULL;
	struct stat own, st;

	if (!in || stat_there(e, e->names[0], &own) < 0)
		return;
	*point = strdup(in->point);
	e->is_point[0] = strcmp(e->names[0], in->point) == 0;
	for (size_t i = 0; i < mounts.n && e->n_names < NAMES_MAX; i++) {
		BW_FREE char *path = bw_mounts_path_in(in, e->names[0], &mounts.mounts[i]);

		if (path && strcmp(path, e->names[0]) != 0 && stat_there(e, path, &st) == 0 &&
		    st.st_dev == own.st_dev && st.st_ino == own.st_ino) {
			e->is_point[e->n_names] = strcmp(path, mounts.mounts[i].point) == 0;
			add_name(e, path);
		}
	}
	e->n_places = e->n_names;
}

static bool is_known(const struct explanation *e, const char *path)
{
	for (size_t i = 0; i < e->n_names; i++)
		if (strcmp(path, e->names[i]) == 0)
			return true;
	return false;
}

/* How many links of the file are not known: of those that are, the first has several places. */
static uint64_t missing_links(const struct explanation *e)
{
	const uint64_t known = e->n_names - e->n_places + 1;

	return e->exists && S_ISREG(e->st.st_mode) && e->st.st_nlink > known ? e->st.st_nlink - known : 0;
}

/* Other links of the file, on its file system as it is mounted there. */
static void find_links(struct explanation *e, const char *point)
{
	const uint64_t end = bw_deadline_now() + SEARCH_MS;
	struct bw_trace_search search;
	char path[PATH_MAX];

	if (!point || !missing_links(e) || bw_trace_search_open(&search, point) < 0)
		return;
	while (missing_links(e) && e->n_names < NAMES_MAX && bw_trace_search_next(&search, end, path) == 0) {
		struct stat st;

		if (lstat(path, &st) == 0 && st.st_dev == e->st.st_dev && st.st_ino == e->st.st_ino &&
		    !is_known(e, path))
			add_name(e, path);
	}
	e->incomplete = missing_links(e);
	bw_trace_search_close(&search);
}

/* As `block` without options takes a plain line. */
static const struct bw_policy *policy_of(const struct bw_rules *rules, const struct bw_rule *rule,
					 struct bw_policy *plain)
{
	*plain = (struct bw_policy){BW_ACTION_KILL, EACCES, bw_access_default, NULL, 0};
	return rule->policy == BW_RULE_PLAIN ? plain : &rules->policies[rule->policy];
}

static void print_effect(const struct explanation *e, const struct bw_policy *policy, const struct bw_access *concerned,
			 enum bw_explain_answer holds)
{
	static const char *const effects[] = {[BW_ACTION_DENY] = "denied with",
					      [BW_ACTION_KILL] = "denied, and the process killed; the error is",
					      [BW_ACTION_AUDIT] = "allowed, and reported"};
	char list[256];

	bw_access_format(concerned, list, sizeof(list));
	if (!(e->wanted.file & ~concerned->file))
		snprintf(list, sizeof(list), "%s", e->asked->operation);
	printf("    %s: %s", *list ? list : "a part of it", effects[policy->action]);
	if (policy->action != BW_ACTION_AUDIT)
		printf(" %s", bw_policy_error_name(policy->error));
	puts(holds == BW_EXPLAIN_DEPENDS ? ", if its subjects do not say otherwise" : "");
}

/* What earlier rules have decided of the accesses. */
struct decision {
	uint32_t decided, depends;
	bool any;
};

/* The kernel sees where the file lies in its file system, which each of its mounts may show at another place. */
static struct bw_access concerned_at_all_places(const struct explanation *e, const struct bw_policy *policy,
						const struct bw_rule *rule, const char *real)
{
	const bool by_name = rule->kind == BW_RULE_NAME || rule->kind == BW_RULE_NAME_GLOB;
	struct bw_access all = {0};

	for (size_t i = 0; i < e->n_places; i++) {
		if (by_name && e->is_point[i])
			continue;
		const char *names[NAMES_MAX];
		const struct bw_explain_file file = {names, e->n_names};

		memcpy(names, e->names, sizeof(names));
		names[0] = e->names[i];
		names[i] = e->names[0];
		const struct bw_access one = bw_explain_concerned(policy, rule, real, &file, &e->wanted);

		all.file |= one.file;
		all.beneath |= one.beneath;
		all.ancestor |= one.ancestor;
	}
	return all;
}

static void explain_rule(const struct explanation *e, size_t i, const struct bw_rule *rule, struct decision *d)
{
	const struct bw_rules *rules = &e->rules[i];
	BW_FREE char *real = bw_explain_real(rule);
	struct bw_policy plain;
	const struct bw_policy *policy = policy_of(rules, rule, &plain);
	struct bw_access concerned = concerned_at_all_places(e, policy, rule, real);
	const enum bw_explain_answer holds = bw_explain_holds(policy, &e->subject);

	if (!concerned.file || holds == BW_EXPLAIN_NO)
		return;
	printf("  %s:%u: ", e->asked->files[i], rule->line);
	print_line(rules, rule);
	putchar('\n');
	d->any = true;
	if (policy->action != BW_ACTION_AUDIT && !(concerned.file & ~d->decided)) {
		puts("    matches, but an earlier rule decides");
		return;
	}
	if (policy->action != BW_ACTION_AUDIT) {
		concerned.file &= ~d->decided;
		concerned.beneath = concerned.file;
		if (holds == BW_EXPLAIN_YES)
			d->decided |= concerned.file;
		else
			d->depends |= concerned.file;
	}
	print_effect(e, policy, &concerned, holds);
}

static void print_result(const struct explanation *e, const struct decision *d)
{
	const uint32_t all = e->wanted.file | e->wanted.beneath, depends = d->depends & ~d->decided;

	if (d->decided && !(e->wanted.file & ~d->decided))
		puts("Result: denied.");
	else if (d->decided)
		puts("Result: denied in part; the rest is allowed.");
	else if (depends & all)
		puts("Result: it depends on the subjects above (--uid and --exe say who it is).");
	else
		puts(d->any ? "Result: allowed." : "Result: allowed: no rule matches.");
}

static bool is_of_file(void *cookie, const char *link)
{
	return is_known(cookie, link);
}

static bool print_holder(void *cookie, const struct bw_open_file *file)
{
	static const char *const ways[] = {"reading", "writing", "reading and writing", "nothing"};
	struct explanation *e = cookie;
	BW_FREE char *comm = NULL;
	char path[64];
	size_t len;

	if (++e->n_holders > HOLDERS_SHOWN)
		return true;
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)file->pid);
	printf("Open by process %d (", (int)file->pid);
	if (bw_file_read(path, 4096, &comm, &len) == 0) {
		comm[strcspn(comm, "\n")] = '\0';
		print_escaped(comm);
	}
	printf(") for %s.\n", file->flags & O_PATH ? "nothing but its path" : ways[file->flags & O_ACCMODE]);
	return true;
}

static void print_file(struct explanation *e)
{
	const struct bw_open_files_search search = {is_of_file, print_holder, e};
	bool incomplete = false;

	for (size_t i = 1; i < e->n_names; i++) {
		printf("Other name: ");
		print_escaped(e->names[i]);
		putchar('\n');
	}
	if (e->incomplete)
		printf("Other names: %llu more, which were not found on its mount.\n",
		       (unsigned long long)missing_links(e));
	if (e->exists && bw_open_files_search(&search, "", &incomplete) == 0 && e->n_holders > HOLDERS_SHOWN)
		printf("Open by %zu more descriptors.\n", e->n_holders - HOLDERS_SHOWN);
	if (geteuid() != 0)
		puts("Who has it open is known of this user's processes alone; root sees all.");
	else if (incomplete)
		puts("Not all processes could be asked in a second whether they have it open.");
}

static int read_all(struct explanation *e)
{
	struct bw_word_list_unknown unknown;
	int r = bw_access_read(e->asked->operation, &e->wanted, &unknown);

	if (r == -EINVAL)
		return bw_access_parse("OPERATION", e->asked->operation, &e->wanted);
	for (size_t i = 0; i < e->asked->n_files && r == 0; i++)
		r = bw_rules_read(&e->rules[i], e->asked->files[i]);
	return r == 0 ? find_file(e) : r;
}

static void explain(struct explanation *e)
{
	BW_FREE char *point = NULL;
	struct decision d = {0};

	find_places(e, &point);
	find_links(e, point);
	print_escaped(e->names[0]);
	printf("%s: %s\n", e->exists ? "" : " (does not exist)", e->asked->operation);
	for (size_t i = 0; i < e->asked->n_files; i++)
		for (size_t k = 0; k < e->rules[i].n; k++)
			explain_rule(e, i, &e->rules[i].rules[k], &d);
	print_result(e, &d);
	print_file(e);
}

int bw_rules_explain_run(const struct bw_rules_explain *asked)
{
	struct explanation *e = calloc(1, sizeof(*e));
	BW_FREE char *exe = NULL;
	int r;

	if (!e)
		return bw_log_error(BW_EXIT_FAILED, "cannot explain: %s", strerror(ENOMEM));
	e->asked = asked;
	e->subject = asked->subject;
	exe = asked->subject.exe ? realpath(asked->subject.exe, NULL) : NULL;
	if (exe)
		e->subject.exe = exe;
	r = read_all(e);
	if (r == 0)
		explain(e);
	for (size_t i = 0; i < e->n_names; i++)
		free(e->names[i]);
	for (size_t i = 0; i < asked->n_files; i++)
		bw_rules_free(&e->rules[i]);
	free(e);
	return r == 0 && fflush(stdout) == 0 ? BW_EXIT_OK : BW_EXIT_FAILED;
}
