/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/rules.h"

#include <errno.h>
#include <limits.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/glob.h"
#include "base/path_parts.h"

static const char *wrong_name(const char *value)
{
	if (!*value)
		return "a name has at least one byte";
	if (strchr(value, '/'))
		return "a name has no slash; --path and --dir take paths";
	if (strlen(value) > NAME_MAX)
		return "a name has at most 255 bytes";
	if (strcmp(value, ".") == 0 || strcmp(value, "..") == 0)
		return "not a file's name";
	return NULL;
}

static const char *wrong_path(const char *value)
{
	if (!*value)
		return "a path has at least one byte";
	return strlen(value) >= PATH_MAX ? "a path has at most 4095 bytes" : NULL;
}

enum { PATTERN_MAX = 1023 };

/* Its last component. */
static const char *wrong_glob(const char *value)
{
	const char *slash = strrchr(value, '/'), *pattern = slash ? slash + 1 : value, *why = NULL;
	BW_CLEANUP(bw_glob_free) struct bw_glob glob = {0};
	size_t at;

	if (!*pattern)
		return "a pattern has at least one byte";
	if (strlen(pattern) > PATTERN_MAX)
		return "a pattern has at most 1,023 bytes";
	return bw_glob_compile(&glob, pattern, false, &why, &at) == -ENOMEM ? "out of memory" : why;
}

static const char *wrong_value(enum bw_rule_kind kind, const char *value)
{
	const char *why = NULL;

	switch (kind) {
	case BW_RULE_NAME:
		return wrong_name(value);
	case BW_RULE_NAME_GLOB:
		return strchr(value, '/') ? "a pattern of names has no slash" : wrong_glob(value);
	case BW_RULE_PATH_GLOB:
		why = wrong_path(value);
		return why ? why : wrong_glob(value);
	default:
		return wrong_path(value);
	}
}

/* The value as it is kept, or NULL if there is no memory. */
static char *kept(enum bw_rule_kind kind, const char *value)
{
	return kind == BW_RULE_NAME || kind == BW_RULE_NAME_GLOB ? strdup(value) : bw_path_parts_absolute(value);
}

size_t bw_rules_globs(const struct bw_rules *rules)
{
	return rules->of_kind[BW_RULE_NAME_GLOB] + rules->of_kind[BW_RULE_PATH_GLOB];
}

const char *bw_rules_glob_of(const struct bw_rule *rule)
{
	const char *slash = strrchr(rule->value, '/');

	return slash ? slash + 1 : rule->value;
}

char *bw_rules_directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static bool is_glob(enum bw_rule_kind kind)
{
	return kind == BW_RULE_NAME_GLOB || kind == BW_RULE_PATH_GLOB;
}

int bw_rules_add(struct bw_rules *rules, enum bw_rule_kind kind, const char *value, const char **why)
{
	struct bw_rule *longer;

	*why = wrong_value(kind, value);
	if (*why)
		return -EINVAL;
	if (rules->n == BW_RULES_MAX) {
		*why = "these are more than 65536 rules";
		return -E2BIG;
	}
	if (is_glob(kind) && bw_rules_globs(rules) == GLOBS_MAX) {
		*why = "these are more than 64 patterns";
		return -E2BIG;
	}
	if ((rules->n & (rules->n - 1)) == 0) {
		longer = realloc(rules->rules, (rules->n ? 2 * rules->n : 1) * sizeof(*longer));
		if (!longer)
			return -ENOMEM;
		rules->rules = longer;
	}
	rules->rules[rules->n] = (struct bw_rule){.kind = kind, .value = kept(kind, value), .policy = BW_RULE_PLAIN};
	if (!rules->rules[rules->n].value)
		return -errno; /* of getcwd, too */
	rules->n++;
	rules->of_kind[kind]++;
	return 0;
}

int bw_rules_add_policy(struct bw_rules *rules, struct bw_policy *policy)
{
	BW_CLEANUP(bw_policy_free) struct bw_policy taken = *policy;
	const size_t n = rules->n_policies;
	struct bw_policy *longer;

	*policy = (struct bw_policy){0};
	/* The latest first: rules of the same policy mostly follow each other. */
	for (size_t i = n; i-- > 0;)
		if (bw_policy_equal(&rules->policies[i], &taken))
			return (int)i;
	if ((n & (n - 1)) == 0) {
		longer = reallocarray(rules->policies, n ? 2 * n : 1, sizeof(*longer));
		if (!longer)
			return -ENOMEM;
		rules->policies = longer;
	}
	rules->policies[rules->n_policies++] = taken;
	taken = (struct bw_policy){0};
	return (int)n;
}

/* The index among the rules' policies of one of the others', which is put there if there is none like it. */
static int add_policy_of(struct bw_rules *rules, const struct bw_rules *from, int policy)
{
	struct bw_policy copy;

	if (policy == BW_RULE_PLAIN)
		return BW_RULE_PLAIN;
	return bw_policy_copy(&copy, &from->policies[policy]) < 0 ? -ENOMEM : bw_rules_add_policy(rules, &copy);
}

/* Adds a rule of others, as it is. last: the policy of the one before, among the others', and among the rules'. */
static int add_rule_of(struct bw_rules *rules, const struct bw_rules *from, const struct bw_rule *rule, int last[2])
{
	const char *why;
	struct bw_rule *added;
	int r = bw_rules_add(rules, rule->kind, rule->value, &why);

	if (r < 0)
		return r;
	if (rule->policy != last[0]) {
		r = add_policy_of(rules, from, rule->policy);
		if (r == -ENOMEM)
			return r;
		last[0] = rule->policy;
		last[1] = r;
	}
	added = &rules->rules[rules->n - 1];
	added->policy = last[1];
	added->from_file = rule->from_file;
	added->line = rule->line;
	added->column = rule->column;
	return 0;
}

_Static_assert(BW_RULE_PLAIN != -ENOMEM, "add_policy_of's results differ");

size_t bw_rules_given(const struct bw_rules *rules)
{
	size_t n = 0;

	for (size_t i = 0; i < rules->n; i++)
		n += !rules->rules[i].from_file;
	return n;
}

int bw_rules_add_given(struct bw_rules *rules, const struct bw_rules *from, size_t first, size_t end)
{
	int last[2] = {BW_RULE_PLAIN, BW_RULE_PLAIN}, r = 0;
	size_t n = 0;

	for (size_t i = 0; i < from->n && r == 0; i++) {
		if (from->rules[i].from_file)
			continue;
		if (n >= first && n < end)
			r = add_rule_of(rules, from, &from->rules[i], last);
		n++;
	}
	return r;
}

int bw_rules_copy(struct bw_rules *rules, const struct bw_rules *from)
{
	int last[2] = {BW_RULE_PLAIN, BW_RULE_PLAIN}, r = 0;

	for (size_t i = 0; i < from->n && r == 0; i++)
		r = add_rule_of(rules, from, &from->rules[i], last);
	return r;
}

bool bw_rules_have_plain(const struct bw_rules *rules)
{
	for (size_t i = 0; i < rules->n; i++)
		if (rules->rules[i].policy < 0)
			return true;
	return false;
}

static int compare(const void *a, const void *b)
{
	const struct bw_rule *x = a, *y = b;

	if (x->kind != y->kind)
		return (int)x->kind - (int)y->kind;
	if (x->policy != y->policy)
		return x->policy < y->policy ? -1 : 1;
	return strcmp(x->value, y->value);
}

static void keep(void *rule)
{
	(void)rule;
}

enum { NO_POLICY = -2 };

/* Of each policy of the others the equal one's index, or NO_POLICY. The caller's; NULL: no memory, or there are none.
 */
static int *equal_policies(const struct bw_rules *rules, const struct bw_rules *others)
{
	int *equal = calloc(others->n_policies + 1, sizeof(*equal));

	for (size_t i = 0; equal && i < others->n_policies; i++) {
		equal[i] = NO_POLICY;
		for (size_t k = 0; k < rules->n_policies && equal[i] == NO_POLICY; k++)
			if (bw_policy_equal(&rules->policies[k], &others->policies[i]))
				equal[i] = (int)k;
	}
	return equal;
}

/* Which of the others count. */
struct selection {
	bool all, dirs;
	int policy;
};

static bool is_selected(const struct selection *s, const struct bw_rule *rule)
{
	if (rule->kind == BW_RULE_NAME || rule->kind == BW_RULE_NAME_GLOB)
		return false;
	return s->all || (rule->policy == s->policy && (rule->kind == BW_RULE_DIR) == s->dirs);
}

static bool include(const struct bw_rules *rules, const struct bw_rules *others, const struct selection *selection)
{
	BW_FREE int *equal = equal_policies(rules, others);
	void *tree = NULL;
	bool all = equal != NULL;

	for (size_t i = 0; i < rules->n && all; i++)
		all = tsearch(&rules->rules[i], &tree, compare) != NULL;
	for (size_t i = 0; i < others->n && all; i++) {
		struct bw_rule rule = others->rules[i];

		if (!is_selected(selection, &rule))
			continue;
		if (rule.policy != BW_RULE_PLAIN)
			rule.policy = equal[rule.policy];
		all = tfind(&rule, &tree, compare);
	}
	tdestroy(tree, keep);
	return all;
}

bool bw_rules_include_paths(const struct bw_rules *rules, const struct bw_rules *others)
{
	return include(rules, others, &(struct selection){.all = true});
}

bool bw_rules_include_paths_of(const struct bw_rules *rules, const struct bw_rules *others, int policy, bool dirs)
{
	return include(rules, others, &(struct selection){.dirs = dirs, .policy = policy});
}

void bw_rules_free(struct bw_rules *rules)
{
	for (size_t i = 0; i < rules->n; i++)
		free(rules->rules[i].value);
	free(rules->rules);
	for (size_t i = 0; i < rules->n_policies; i++)
		bw_policy_free(&rules->policies[i]);
	free(rules->policies);
	*rules = (struct bw_rules){0};
}
