/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/policies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "bpf_src/lib/target.h"

/* May a rule of the policy have a bit before those of `later`, though it stands behind their rules? */
static bool can_precede(const struct bw_policy *policy, const struct bw_policy *later)
{
	return policy->action == BW_ACTION_AUDIT || later->action == BW_ACTION_AUDIT ||
	       (policy->action == later->action && policy->error == later->error);
}

/* The number of the policy's bit; a new one where the order of the rules does not allow that of an earlier rule. */
static int find_bit(struct bw_policies *p, const struct bw_policy *policy, bool beneath)
{
	for (size_t i = p->n_bits; i-- > 0;) {
		if (p->bits[i].policy == policy && p->bits[i].beneath == beneath)
			return (int)i;
		if (!can_precede(policy, p->bits[i].policy))
			break;
	}
	if (p->n_bits == POLICIES_MAX) {
		bw_log_error(-E2BIG, "the rules have more than %d different actions, operations and subjects",
			     POLICIES_MAX);
		bw_log_hint("each combination of them counts once for files and once for directories, and again where "
			    "rules of another action stand between: put those of one action together");
		return -E2BIG;
	}
	p->bits[p->n_bits] = (struct bw_policies_bit){policy, beneath};
	return (int)p->n_bits++;
}

static bool is_cgroup(enum bw_subject_kind kind)
{
	return kind == BW_SUBJECT_UNIT || kind == BW_SUBJECT_CGROUP || kind == BW_SUBJECT_CONTAINER;
}

static bool is_process(enum bw_subject_kind kind)
{
	return kind == BW_SUBJECT_EXE || kind == BW_SUBJECT_CHILDREN;
}

static void set_bit(struct bw_policies *p, int number)
{
	const struct bw_policies_bit *b = &p->bits[number];
	const struct bw_access *access = &b->policy->access;
	/* Where all may mount beneath directories (--allow-mounts), no line says otherwise. */
	const uint32_t beneath =
		p->plain.access.beneath & ACCESS_MOUNT ? access->beneath : access->beneath & ~(uint32_t)ACCESS_MOUNT;
	const uint32_t bit = 1U << number, wanted = b->beneath ? beneath : access->file;

	for (int i = 0; i < ACCESSES; i++)
		if (wanted >> i & 1)
			p->set.of_access[i] |= bit;
	p->access.file |= b->beneath ? 0 : wanted;
	p->access.beneath |= wanted;
	p->access.ancestor |= access->ancestor;
	if (access->ancestor & ACCESS_RENAME)
		p->set.of_ancestor_rename |= bit;
	if (access->ancestor & ACCESS_MOUNT)
		p->set.of_ancestor_mount |= bit;
	if (b->beneath)
		p->set.beneath |= bit;
	if (b->policy->action == BW_ACTION_AUDIT)
		p->set.audit |= bit;
	if (b->policy->action == BW_ACTION_KILL)
		p->set.kill |= bit;
	p->set.errors[number] = b->policy->error;
}

static bool has_only(const struct bw_policy *policy)
{
	for (size_t i = 0; i < policy->n_subjects; i++)
		if (policy->subjects[i].only)
			return true;
	return false;
}

static struct bw_policies_subject *find_subject(struct bw_policies *p, const struct bw_subject *s)
{
	struct bw_policies_subject *more;

	for (size_t i = 0; i < p->n_subjects; i++)
		if (p->subjects[i].kind == s->kind && p->subjects[i].number == s->number &&
		    (s->kind == BW_SUBJECT_UID || s->kind == BW_SUBJECT_GID || s->kind == BW_SUBJECT_CHILDREN ||
		     strcmp(p->subjects[i].value, s->value) == 0))
			return &p->subjects[i];
	more = reallocarray(p->subjects, p->n_subjects + 1, sizeof(*more));
	if (!more)
		return NULL;
	p->subjects = more;
	more[p->n_subjects] = (struct bw_policies_subject){s->kind, s->value, s->number, {0}};
	return &more[p->n_subjects++];
}

static int add_subject(struct bw_policies *p, uint32_t bit, const struct bw_subject *subject)
{
	struct bw_policies_subject *s = find_subject(p, subject);

	if (!s)
		return -ENOMEM;
	if (subject->only) {
		s->bits.only |= bit;
		p->set.only |= bit;
		p->set.only_cgroups |= is_cgroup(subject->kind) ? bit : 0;
		p->set.only_processes |= is_process(subject->kind) ? bit : 0;
	} else {
		s->bits.except |= bit;
	}
	return 0;
}

/* The policy's, and those that the command line names for all. */
static int add_subjects(struct bw_policies *p, int number)
{
	const struct bw_policy *policy = p->bits[number].policy, *all = policy == &p->plain ? NULL : &p->plain;
	const uint32_t bit = 1U << number;
	int r = 0;

	for (size_t i = 0; i < policy->n_subjects && r == 0; i++)
		r = add_subject(p, bit, &policy->subjects[i]);
	for (size_t i = 0; all && i < all->n_subjects && r == 0; i++)
		if (!all->subjects[i].only || !has_only(policy))
			r = add_subject(p, bit, &all->subjects[i]);
	return r;
}

static int add_rule(struct bw_policies *p, const struct bw_rules *rules, size_t i)
{
	const struct bw_rule *rule = &rules->rules[i];
	const struct bw_policy *policy = rule->policy < 0 ? &p->plain : &rules->policies[rule->policy];
	const bool beneath = rule->kind == BW_RULE_DIR;
	const size_t before = p->n_bits;
	int number = find_bit(p, policy, beneath), r = 0;
	uint32_t bit;

	if (number < 0)
		return number;
	if (p->n_bits > before) {
		set_bit(p, number);
		r = add_subjects(p, number);
	}
	bit = 1U << number;
	p->of_rules[i] = (struct bw_access){
		.file = beneath ? 0 : bit, .beneath = beneath ? bit : 0, .ancestor = policy->access.ancestor ? bit : 0};
	return r;
}

int bw_policies_make(struct bw_policies *p, const struct bw_rules *rules, const struct bw_policy *plain)
{
	int r = 0;

	*p = (struct bw_policies){.used = rules->n_policies > 0 || plain->n_subjects > 0, .plain = *plain};
	if (!p->used)
		return 0;
	p->of_rules = calloc(rules->n + 1, sizeof(*p->of_rules));
	if (!p->of_rules)
		return -ENOMEM;
	for (size_t i = 0; i < rules->n && r == 0; i++)
		r = add_rule(p, rules, i);
	return r;
}

void bw_policies_free(struct bw_policies *p)
{
	free(p->of_rules);
	free(p->subjects);
	*p = (struct bw_policies){0};
}

size_t bw_policies_subjects(const struct bw_policies *p, enum bw_subject_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_subjects; i++)
		n += p->subjects[i].kind == kind;
	return n;
}

bool bw_policies_have(const struct bw_policies *p, enum bw_action action)
{
	for (size_t i = 0; i < p->n_bits; i++)
		if (p->bits[i].policy->action == action)
			return true;
	return false;
}

static bool is_same_bit(const struct bw_policies_bit *a, const struct bw_policies_bit *b)
{
	return a->beneath == b->beneath && bw_policy_equal(a->policy, b->policy);
}

bool bw_policies_equal(const struct bw_policies *a, const struct bw_policies *b)
{
	const struct bw_policy x = {.subjects = a->plain.subjects, .n_subjects = a->plain.n_subjects};
	const struct bw_policy y = {.subjects = b->plain.subjects, .n_subjects = b->plain.n_subjects};

	if (a->used != b->used || a->n_bits != b->n_bits || !bw_policy_equal(&x, &y))
		return false;
	for (size_t i = 0; i < a->n_bits; i++)
		if (!is_same_bit(&a->bits[i], &b->bits[i]))
			return false;
	return true; /* the subjects' bits are made of them */
}

uint32_t bw_policies_translate(const struct bw_policies *from, const struct bw_policies *to, uint32_t bits)
{
	uint32_t translated = 0;

	if (!from->used && !to->used)
		return bits;
	/* ACCESS_* says no more whether a rule for a directory was the reason: both are. */
	for (size_t k = 0; k < to->n_bits && !from->used; k++)
		if (bw_policy_equal(&from->plain, to->bits[k].policy))
			translated |= 1U << k;
	for (size_t i = 0; i < from->n_bits && !to->used; i++)
		if (bits >> i & 1 && bw_policy_equal(from->bits[i].policy, &to->plain))
			translated |= from->bits[i].beneath ? to->plain.access.beneath : to->plain.access.file;
	for (size_t i = 0; i < from->n_bits; i++)
		for (size_t k = 0; k < to->n_bits && bits >> i & 1; k++)
			if (is_same_bit(&from->bits[i], &to->bits[k]))
				translated |= 1U << k;
	return translated;
}

uint32_t bw_policies_kept(const struct bw_policies *from, const struct bw_rules *old, const struct bw_rules *now)
{
	uint32_t kept = 0;

	if (!from->used)
		return bw_rules_include_paths(now, old) ? UINT32_MAX : 0;
	for (size_t i = 0; i < from->n_bits; i++) {
		const struct bw_policies_bit *b = &from->bits[i];
		const int policy = b->policy == &from->plain ? BW_RULE_PLAIN : (int)(b->policy - old->policies);

		if (bw_rules_include_paths_of(now, old, policy, b->beneath))
			kept |= 1U << i;
	}
	return kept;
}
