/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of the accesses that a rule concerns, which those are, and of whom: a line's part before its object. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "enforce/access.h"

enum bw_action {
	BW_ACTION_DENY,
	BW_ACTION_KILL,
	BW_ACTION_AUDIT, /* allowed, and reported */
	BW_ACTIONS
};

enum bw_subject_kind {
	BW_SUBJECT_UID,
	BW_SUBJECT_GID,
	BW_SUBJECT_COMM,
	BW_SUBJECT_EXE,
	BW_SUBJECT_UNIT,
	BW_SUBJECT_CGROUP,
	BW_SUBJECT_CONTAINER,
	BW_SUBJECT_CHILDREN, /* a process and its children, from when the rules hold on */
	BW_SUBJECT_KINDS
};

struct bw_subject {
	enum bw_subject_kind kind;
	bool only;	 /* the rule holds for it and the others of `only`; else it is excepted */
	char *value;	 /* as it was given, an exe as an absolute path; owned */
	uint32_t number; /* of uid, gid and children */
};

struct bw_policy {
	enum bw_action action;
	uint32_t error; /* what a denied access fails with, a positive errno */
	struct bw_access access;
	struct bw_subject *subjects; /* n_subjects, owned; in the order in which they were given */
	size_t n_subjects;
};

/* Has both the same effect? The order of subjects does not count. */
bool bw_policy_equal(const struct bw_policy *a, const struct bw_policy *b);

/* 0 or -ENOMEM; *to is freed then. */
int bw_policy_copy(struct bw_policy *to, const struct bw_policy *from);
void bw_policy_free(struct bw_policy *policy);

/* What a denied access may fail with, for --errno and its completion. */
#define BW_POLICY_ERRORS "EACCES EPERM ENOENT EIO EROFS EBUSY ENXIO"

/* The errno of such a name, and the name of such an errno; 0 and NULL: it is none of them. */
uint32_t bw_policy_error(const char *name);
const char *bw_policy_error_name(uint32_t error);
