/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules: files by name, by path, and all beneath a directory. A name, and the last component of a path, may be a
 * pattern (base/glob.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "bpf_src/block/glob_state.h"
#include "enforce/policy.h"

enum bw_rule_kind {
	BW_RULE_NAME,
	BW_RULE_PATH,
	BW_RULE_DIR,
	BW_RULE_NAME_GLOB,
	BW_RULE_PATH_GLOB, /* the value is a directory, a slash, and the pattern */
	BW_RULE_KINDS
};

enum { BW_RULES_MAX = 65536, BW_RULE_PLAIN = -1 };

struct bw_rule {
	enum bw_rule_kind kind;
	char *value; /* owned */
	bool from_file;
	int policy;	       /* of bw_rules.policies; BW_RULE_PLAIN: what the options say for all */
	unsigned line, column; /* where a file has its object, in bytes, from 1 on; 0: it is from no file */
};

struct bw_rules {
	struct bw_rule *rules; /* n */
	size_t n;
	size_t of_kind[BW_RULE_KINDS];
	struct bw_policy *policies; /* n_policies, no two of them equal, in the order in which they came; owned */
	size_t n_policies;
};

/*
 * Adds a rule; value is copied. A name is the last component: 1 to 255 bytes, no slash; a path or directory is made
 * absolute. At most GLOBS_MAX are patterns. 0, -EINVAL with *why a constant that says what is wrong, -E2BIG for more
 * than BW_RULES_MAX, or -ENOMEM.
 */
int bw_rules_add(struct bw_rules *rules, enum bw_rule_kind kind, const char *value, const char **why);

/* Patterns among them. */
size_t bw_rules_globs(const struct bw_rules *rules);

/* Of a name or path with a pattern, what follows the last slash: the pattern. */
const char *bw_rules_glob_of(const struct bw_rule *rule);

/* The directory of a path; the caller's. NULL: no memory. */
char *bw_rules_directory_of(const char *path);

/*
 * Adds the rules of a file, one a line: name VALUE, path VALUE or dir VALUE, or one that begins with an action, as
 * enforce/rule_line.h has it. Empty lines and those that begin with # are skipped. A value in double quotes may have
 * \", \\, \n, \t and \xNN in it; without, it is what stands up to the line's end. 0 or -errno, reported on stderr with
 * the file's name, the line's number and, of lines that begin with an action, the column.
 */
int bw_rules_read(struct bw_rules *rules, const char *path);

/* A line that is wrong. */
struct bw_rules_mistake {
	unsigned line, column;	   /* from 1 on, in bytes; a column of 0: it is about the whole line */
	const char *reason, *hint; /* hint: what to do about it, or NULL */
};

/*
 * The same, but a line that is wrong is given to `wrong`, which returns 0 for going on, or what is to be returned.
 * Reported is a file that cannot be read, and -ENOMEM.
 */
int bw_rules_read_each(struct bw_rules *rules, const char *path,
		       int (*wrong)(void *cookie, const struct bw_rules_mistake *mistake), void *cookie);

/*
 * The index of the policy in rules->policies, which it is put into unless an equal one is there; or -ENOMEM. The policy
 * is taken in either case: *policy is empty then.
 */
int bw_rules_add_policy(struct bw_rules *rules, struct bw_policy *policy);

struct bw_rule_line; /* enforce/rule_line.h */

/* Adds the rule of a line that begins with an action; its policy is taken, in either case. As bw_rules_add. */
int bw_rules_add_line(struct bw_rules *rules, struct bw_rule_line *line, const char **why);

/* Is there a rule of no policy of its own? */
bool bw_rules_have_plain(const struct bw_rules *rules);

/* How many are from no file. */
size_t bw_rules_given(const struct bw_rules *rules);

/* Adds those of the other rules that are from no file, the first-th of them up to the end-th. 0, -E2BIG or -ENOMEM. */
int bw_rules_add_given(struct bw_rules *rules, const struct bw_rules *from, size_t first, size_t end);

/* Adds all of them, as they are, with their policies. 0, -E2BIG or -ENOMEM. */
int bw_rules_copy(struct bw_rules *rules, const struct bw_rules *from);

/* Are all rules of `others` for paths and directories among the rules, with equal policies? Without memory: false. */
bool bw_rules_include_paths(const struct bw_rules *rules, const struct bw_rules *others);

/* The same of those of `others` that have this policy (its index, or BW_RULE_PLAIN), and are for directories or not. */
bool bw_rules_include_paths_of(const struct bw_rules *rules, const struct bw_rules *others, int policy, bool dirs);

/*
 * For each rule, in (*by)[its index], the index of the earlier one by which it can never match, or its own: an earlier
 * one that denies or kills, whoever it is, of the same object and all its operations. *by is malloc'd, the caller's in
 * either case. 0 or -ENOMEM.
 */
int bw_rules_hidden(const struct bw_rules *rules, size_t **by);

void bw_rules_free(struct bw_rules *rules);
