/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/rule_format.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "enforce/rule_subject.h"

static const char *const actions[] = {
	[BW_ACTION_DENY] = "deny", [BW_ACTION_KILL] = "kill", [BW_ACTION_AUDIT] = "audit"};
static const char *const kinds[BW_RULE_KINDS] = {[BW_RULE_NAME] = "name",
						 [BW_RULE_PATH] = "path",
						 [BW_RULE_DIR] = "dir",
						 [BW_RULE_NAME_GLOB] = "name",
						 [BW_RULE_PATH_GLOB] = "path"};

static void put_character(FILE *out, unsigned char c)
{
	if (c < ' ' || c == 0x7f)
		fprintf(out, "\\x%02x", c);
	else if (c == '"' || c == '\\')
		fprintf(out, "\\%c", c);
	else
		fputc(c, out);
}

static bool is_wildcard(char c)
{
	return c == '*' || c == '?' || c == '[' || c == '\\';
}

static bool is_plain(const char *value, size_t literal)
{
	for (const char *p = value; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == '"' || *p == '\\' || *p == 0x7f ||
		    ((size_t)(p - value) < literal && is_wildcard(*p)))
			return false;
	return *value != '\0' && *value != '#';
}

/* In quotes where it has to be; of the first `literal` bytes each wildcard is taken literally. */
static void put_value(FILE *out, const char *value, size_t literal)
{
	const bool has_wildcard = strcspn(value, "*?[") < strlen(value);

	if (is_plain(value, literal)) {
		fputs(value, out);
		return;
	}
	fputc('"', out);
	for (const char *p = value; *p; p++) {
		if (has_wildcard && (size_t)(p - value) < literal && is_wildcard(*p))
			fputs("\\\\", out);
		put_character(out, (unsigned char)*p);
	}
	fputc('"', out);
}

void bw_rule_format_subjects(FILE *out, const struct bw_policy *policy)
{
	for (int only = 0; only < 2; only++) {
		bool first = true;

		for (size_t i = 0; i < policy->n_subjects; i++) {
			const struct bw_subject *s = &policy->subjects[i];

			if (s->only != (only == 1))
				continue;
			fprintf(out, "%s %s ", first ? only ? " only" : " except" : "", bw_rule_subject_word(s->kind));
			if (s->kind == BW_SUBJECT_UID || s->kind == BW_SUBJECT_GID)
				fprintf(out, "%u", s->number); /* a name can go, or become another's */
			else
				put_value(out, s->value, 0);
			first = false;
		}
	}
}

static size_t literal_bytes(enum bw_rule_kind kind, const char *object)
{
	const char *slash = strrchr(object, '/');

	if (kind == BW_RULE_NAME_GLOB)
		return 0;
	return kind == BW_RULE_PATH_GLOB && slash ? (size_t)(slash - object) : strlen(object);
}

void bw_rule_format_line(FILE *out, const struct bw_policy *policy, enum bw_rule_kind kind, const char *object)
{
	const char *error = bw_policy_error_name(policy->error);
	char list[256];

	bw_access_format(&policy->access, list, sizeof(list));
	fprintf(out, "%s ", actions[policy->action]);
	if (policy->action != BW_ACTION_AUDIT && policy->error != EACCES && error)
		fprintf(out, "%s ", error);
	fprintf(out, "%s %s ", list, kinds[kind]);
	put_value(out, object, literal_bytes(kind, object));
	bw_rule_format_subjects(out, policy);
}

void bw_rule_format(FILE *out, const struct bw_rules *rules, const struct bw_rule *rule)
{
	if (rule->policy != BW_RULE_PLAIN) {
		bw_rule_format_line(out, &rules->policies[rule->policy], rule->kind, rule->value);
		return;
	}
	fprintf(out, "%s%s ", kinds[rule->kind],
		rule->kind == BW_RULE_NAME_GLOB || rule->kind == BW_RULE_PATH_GLOB ? " (pattern)" : "");
	fputs(rule->value, out);
}
