/* SPDX-License-Identifier: Apache-2.0 */
/* Of whom a rule is: what stands behind `except` and `only` in a rules file, as `uid root`. */
#pragma once

#include "enforce/policy.h"

#define BW_RULE_SUBJECT_WORDS "uid, gid, comm, exe, unit, cgroup, container, children"

/* Numbers of users and groups that were looked up. Begin with zeroes. */
struct bw_rule_subject_names {
	char user[64], group[64]; /* the last ones; "": none */
	uint32_t uid, gid;
};

/* The bw_subject_kind of a word, or -1; and the word of a kind. */
int bw_rule_subject_kind(const char *word);
const char *bw_rule_subject_word(enum bw_subject_kind kind);

/*
 * Sets value, which is the subject's owner's then, and number, by the subject's kind and what is behind its word. 0;
 * -EINVAL, with *why a constant that says what is wrong; or -errno: of no memory, or getcwd's.
 */
int bw_rule_subject_read(struct bw_subject *subject, const char *text, struct bw_rule_subject_names *names,
			 const char **why);
