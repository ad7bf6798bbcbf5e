/* SPDX-License-Identifier: Apache-2.0 */
/* What rules would do with an access, as far as it can be known without a kernel: for `bccwatch rules explain`. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "enforce/rules.h"

/* The file, which may be a symlink: n absolute paths without symlinks before their last component, all of which lead to
 * it; the first is the one that is asked about. */
struct bw_explain_file {
	const char *const *paths;
	size_t n;
};

/* Who accesses it. */
struct bw_explain_subject {
	bool has_uid;
	uint32_t uid;
	const char *exe; /* absolute, without symlinks; NULL: not known */
};

enum bw_explain_answer { BW_EXPLAIN_NO, BW_EXPLAIN_DEPENDS, BW_EXPLAIN_YES };

/* What the path of a rule leads to, absolute and without symlinks; the caller's. NULL: there is nothing, or no memory.
 */
char *bw_explain_real(const struct bw_rule *rule);

/* As in the kernel. */
enum { BW_EXPLAIN_LINKS_MAX = 40 };

/*
 * The path in its directory, which is without symlinks; its last component need not be there. The caller's. NULL: there
 * is no such directory, it ends in no name, or there is no memory.
 */
char *bw_explain_name(const char *path);

/* The next path, where the symlink leads to; the caller's. NULL: it is none, or no memory. */
char *bw_explain_follow(const char *path);

/* Is the file one of the rule's? real: bw_explain_real of the rule, or NULL. */
bool bw_explain_matches(const struct bw_rule *rule, const char *real, const struct bw_explain_file *file);

/*
 * The accesses of `wanted` to the file that the policy concerns by this rule, for what it is to the rule: its object,
 * what is beneath it, the rule's directory itself, or a directory above; file and beneath are the same. real as for
 * bw_explain_matches.
 */
struct bw_access bw_explain_concerned(const struct bw_policy *policy, const struct bw_rule *rule, const char *real,
				      const struct bw_explain_file *file, const struct bw_access *wanted);

/* Does the policy hold for this subject? DEPENDS: it names subjects of which it is not known whether this is one. */
enum bw_explain_answer bw_explain_holds(const struct bw_policy *policy, const struct bw_explain_subject *subject);
