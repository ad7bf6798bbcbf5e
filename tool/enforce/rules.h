/* SPDX-License-Identifier: Apache-2.0 */
/* The rules: files by name, by path, and all beneath a directory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum bw_rule_kind { BW_RULE_NAME, BW_RULE_PATH, BW_RULE_DIR, BW_RULE_KINDS };

enum { BW_RULES_MAX = 65536 };

struct bw_rule {
	enum bw_rule_kind kind;
	char *value; /* owned */
	bool from_file;
};

struct bw_rules {
	struct bw_rule *rules; /* n */
	size_t n;
	size_t of_kind[BW_RULE_KINDS];
};

/*
 * Adds a rule; value is copied. A name is the last component: 1 to 255 bytes, no slash; a path or directory is made
 * absolute. 0, -EINVAL with *why a constant that says what is wrong, -E2BIG for more than BW_RULES_MAX, or -ENOMEM.
 */
int bw_rules_add(struct bw_rules *rules, enum bw_rule_kind kind, const char *value, const char **why);

/*
 * Adds the rules of a file, one a line: name VALUE, path VALUE or dir VALUE. Empty lines and those that begin with #
 * are skipped. A value in double quotes may have \", \\, \n, \t and \xNN in it; without, it is what stands up to the
 * line's end. 0 or -errno, reported on stderr with the file's name and the line's number.
 */
int bw_rules_read(struct bw_rules *rules, const char *path);

/* Adds those of the other rules that are from no file. 0, -E2BIG or -ENOMEM. */
int bw_rules_add_given(struct bw_rules *rules, const struct bw_rules *from);

/* Adds all of them, as they are. 0, -E2BIG or -ENOMEM. */
int bw_rules_copy(struct bw_rules *rules, const struct bw_rules *from);

/* Are all rules of `others` for paths and directories among the rules? Without memory: false. */
bool bw_rules_include_paths(const struct bw_rules *rules, const struct bw_rules *others);

void bw_rules_free(struct bw_rules *rules);
