/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line of a rules file that begins with an action:
 *
 *   ACTION [ERRNO] OPERATIONS KIND OBJECT [except SUBJECT...] [only SUBJECT...]
 *
 * as `deny EPERM read,attr path "/srv/a b" except uid root`. A name, and the last component of a path, may be a pattern
 * (base/glob.h), and a backslash takes a wildcard literally. Words are separated by spaces and tabs. An object, and
 * what a subject is, may stand in double quotes, with the escapes \", \\, \n, \t and \xNN.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "enforce/policy.h"
#include "enforce/rule_subject.h"
#include "enforce/rules.h"

enum { BW_RULE_LINE_SUBJECTS_MAX = 1024 };

struct bw_rule_line {
	enum bw_rule_kind kind;
	char *object;	 /* as it was given, without its quotes; owned */
	unsigned column; /* of the object, in bytes, from 1 on */
	struct bw_policy policy;
};

/* What is wrong. */
struct bw_rule_line_error {
	unsigned column; /* in bytes, from 1 on */
	char reason[256];
	char hint[512]; /* what to do about it; "": nothing is known */
};

/* Does the line begin with an action? */
bool bw_rule_line_is_one(const char *line);

/*
 * Reads such a line. Whether the object can be one (bw_rules_add) and what is on the disk is not looked at. 0; -EINVAL
 * with *error; or another -errno. Free the rule in either case.
 */
int bw_rule_line_parse(struct bw_rule_line *rule, const char *line, struct bw_rule_subject_names *names,
		       struct bw_rule_line_error *error);
void bw_rule_line_free(struct bw_rule_line *rule);

/*
 * Takes off the quotes of the value at *text, which begins with one, into `to`, which may be the same place: *text is
 * behind the closing quote then. NULL, or a constant that says what is wrong at *text.
 */
const char *bw_rule_line_unquote(const char **text, char *to);
