/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules' policies as bpf_src/block/policies.h has them: a bit for each, in the order in which the rules stand,
 * since the lowest that matches decides.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf_src/block/rules.h"
#include "enforce/rules.h"

/* A subject that policies name: the value of its entry in the maps of bpf_src/block/subjects.h. */
struct bw_policies_subject {
	enum bw_subject_kind kind;
	const char *value; /* the rules' */
	uint32_t number;
	struct subject bits;
};

/* What a bit stands for. */
struct bw_policies_bit {
	const struct bw_policy *policy;
	bool beneath; /* by rules for directories */
};

struct bw_policies {
	bool used; /* some rule has a policy of its own, or there are subjects; else nothing of the following is set */
	struct policies set;
	struct bw_access *of_rules; /* for each rule, in place of ACCESS_*: its bit where it is to stand; owned */
	struct bw_policies_subject *subjects; /* n_subjects, owned */
	size_t n_subjects;
	struct bw_policies_bit bits[POLICIES_MAX]; /* n_bits */
	size_t n_bits;
	struct bw_access access; /* of all of them, as ACCESS_* */
	struct bw_policy plain;	 /* of the rules that have none of their own */
};

/*
 * `plain` is what the command line says. Its subjects are excepted from all rules, and those of `only` stand for rules
 * that have none of their own. Both must stay as they are until bw_policies_free,
 * which is due in any case. 0; -ENOMEM; or -E2BIG, reported: there are more than POLICIES_MAX.
 */
int bw_policies_make(struct bw_policies *policies, const struct bw_rules *rules, const struct bw_policy *plain);
void bw_policies_free(struct bw_policies *policies);

/* How many subjects are of that kind. */
size_t bw_policies_subjects(const struct bw_policies *policies, enum bw_subject_kind kind);

/* Is some policy of this action? */
bool bw_policies_have(const struct bw_policies *policies, enum bw_action action);

/* Has each policy of both the same bit, and each subject the same bits? */
bool bw_policies_equal(const struct bw_policies *a, const struct bw_policies *b);

/*
 * The bits of the old rules whose rules for paths and directories are all among the new ones: what was learned by them
 * holds on. Without policies of their own, ACCESS_*: all or none.
 */
uint32_t bw_policies_kept(const struct bw_policies *from, const struct bw_rules *old, const struct bw_rules *now);

/* The bits of `to` for those of `from`; a policy that `to` does not have has none. */
uint32_t bw_policies_translate(const struct bw_policies *from, const struct bw_policies *to, uint32_t bits);
