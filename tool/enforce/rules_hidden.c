/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that can never match. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "enforce/rules.h"

struct entry {
	const struct bw_rule *rule;
};

static bool same_object(const struct bw_rule *a, const struct bw_rule *b)
{
	return a->kind == b->kind && strcmp(a->value, b->value) == 0;
}

/* By object; those of the same one in their order: both are of one array. */
static int compare(const void *a, const void *b)
{
	const struct bw_rule *x = ((const struct entry *)a)->rule, *y = ((const struct entry *)b)->rule;
	int order = x->kind != y->kind ? (int)x->kind - (int)y->kind : strcmp(x->value, y->value);

	return order ? order : x < y ? -1 : x > y;
}

static bool is_subset(const struct bw_access *a, const struct bw_access *of)
{
	return !(a->file & ~of->file) && !(a->beneath & ~of->beneath) && !(a->ancestor & ~of->ancestor);
}

/* Does the first rule, which may hide others, leave nothing to the second one? Audits decide nothing, and are always
 * reported. */
static bool hides(const struct bw_rules *rules, const struct bw_rule *first, const struct bw_rule *second)
{
	const struct bw_policy *a, *b;

	if (first->policy == BW_RULE_PLAIN || second->policy == BW_RULE_PLAIN)
		return first->policy == second->policy;
	a = &rules->policies[first->policy];
	b = &rules->policies[second->policy];
	return b->action != BW_ACTION_AUDIT && is_subset(&b->access, &a->access);
}

/* Can the rule hide any other? */
static bool may_hide(const struct bw_rules *rules, const struct bw_rule *rule)
{
	const struct bw_policy *policy = rule->policy == BW_RULE_PLAIN ? NULL : &rules->policies[rule->policy];

	return !policy || (policy->action != BW_ACTION_AUDIT && policy->n_subjects == 0);
}

/* Of n rules of one object. What a hidden one would hide is hidden by the other, too: only few stay in the list. */
static void find_hidden(const struct bw_rules *rules, struct entry *list, size_t n, size_t *by)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < kept && !hides(rules, list[k].rule, list[i].rule))
			k++;
		if (k < kept)
			by[list[i].rule - rules->rules] = (size_t)(list[k].rule - rules->rules);
		else if (may_hide(rules, list[i].rule))
			list[kept++] = list[i];
	}
}

int bw_rules_hidden(const struct bw_rules *rules, size_t **by)
{
	BW_FREE struct entry *list = calloc(rules->n + 1, sizeof(*list));
	size_t end;

	*by = calloc(rules->n + 1, sizeof(**by));
	if (!list || !*by)
		return -ENOMEM;
	for (size_t i = 0; i < rules->n; i++) {
		list[i].rule = &rules->rules[i];
		(*by)[i] = i;
	}
	qsort(list, rules->n, sizeof(*list), compare);
	for (size_t begin = 0; begin < rules->n; begin = end) {
		end = begin + 1;
		while (end < rules->n && same_object(list[begin].rule, list[end].rule))
			end++;
		find_hidden(rules, list + begin, end - begin, *by);
	}
	return 0;
}
