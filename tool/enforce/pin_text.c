/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/pin_text.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "enforce/rule_format.h"
#include "enforce/rule_line.h"

static const char letters[BW_RULE_KINDS] = {[BW_RULE_NAME] = 'n',
					    [BW_RULE_PATH] = 'p',
					    [BW_RULE_DIR] = 'd',
					    [BW_RULE_NAME_GLOB] = 'N',
					    [BW_RULE_PATH_GLOB] = 'P'};

enum { PROGRAM = 'x', LINE = 'l', PLAIN = 'o', SUBJECTS = 's' };

static void put(FILE *out, char letter, const char *value)
{
	fputc(letter, out);
	fputs(value, out);
	fputc('\0', out);
}

/* Numbers, and a line of which the subjects count. */
static void put_plain(FILE *out, const struct bw_policy *plain)
{
	fprintf(out, "%c%d %u %u %u %u", PLAIN, (int)plain->action, plain->error, plain->access.file,
		plain->access.beneath, plain->access.ancestor);
	fputc('\0', out);
	fprintf(out, "%c%s", SUBJECTS, "deny read name x");
	bw_rule_format_subjects(out, plain);
	fputc('\0', out);
}

static void put_rule(FILE *out, const struct bw_rules *rules, const struct bw_rule *rule)
{
	if (rule->policy == BW_RULE_PLAIN) {
		put(out, letters[rule->kind], rule->value);
		return;
	}
	fputc(LINE, out);
	bw_rule_format(out, rules, rule);
	fputc('\0', out);
}

int bw_pin_text_write(const struct bw_rules *rules, const struct bw_policy *plain, const char *const *exes,
		      size_t n_exes, char **text, size_t *len)
{
	FILE *out = open_memstream(text, len);

	if (!out)
		return -ENOMEM;
	put_plain(out, plain);
	for (size_t i = 0; i < rules->n; i++)
		put_rule(out, rules, &rules->rules[i]);
	for (size_t i = 0; i < n_exes; i++)
		put(out, PROGRAM, exes[i]);
	return fclose(out) == 0 ? 0 : -ENOMEM;
}

static int kind_of(char letter)
{
	for (int kind = 0; kind < BW_RULE_KINDS; kind++)
		if (letters[kind] == letter)
			return kind;
	return -EBADMSG;
}

static int read_plain(const char *value, struct bw_policy *plain)
{
	unsigned long n[5];
	char *end = NULL;

	for (size_t i = 0; i < 5; i++) {
		n[i] = strtoul(value, &end, 10);
		if (end == value || n[i] > UINT32_MAX)
			return -EBADMSG;
		value = end;
	}
	if (*end || n[0] >= BW_ACTIONS)
		return -EBADMSG;
	plain->action = (enum bw_action)n[0];
	plain->error = (uint32_t)n[1];
	plain->access = (struct bw_access){(uint32_t)n[2], (uint32_t)n[3], (uint32_t)n[4]};
	return 0;
}

/* rules: the line is one; else its subjects are those of `plain`, which may be NULL. */
static int read_line(const char *line, struct bw_rules *rules, struct bw_policy *plain)
{
	BW_CLEANUP(bw_rule_line_free) struct bw_rule_line rule = {0};
	struct bw_rule_subject_names names = {0};
	struct bw_rule_line_error error;
	const char *why;
	int r = bw_rule_line_parse(&rule, line, &names, &error);

	if (r == -EINVAL)
		return -EBADMSG;
	if (r == 0 && rules)
		return bw_rules_add_line(rules, &rule, &why);
	if (r == 0 && plain && !plain->subjects) {
		plain->subjects = rule.policy.subjects;
		plain->n_subjects = rule.policy.n_subjects;
		rule.policy.subjects = NULL;
		rule.policy.n_subjects = 0;
	}
	return r;
}

static int read_record(const char *record, struct bw_rules *rules, struct bw_policy *plain)
{
	const char *why;
	int kind;

	switch (*record) {
	case PROGRAM:
		return 0;
	case PLAIN:
		return plain ? read_plain(record + 1, plain) : 0;
	case SUBJECTS:
		return read_line(record + 1, NULL, plain);
	case LINE:
		return read_line(record + 1, rules, NULL);
	default:
		kind = kind_of(*record);
		return kind < 0 ? kind : bw_rules_add(rules, (enum bw_rule_kind)kind, record + 1, &why);
	}
}

int bw_pin_text_read(const char *text, size_t len, struct bw_rules *rules, struct bw_policy *plain)
{
	const char *end = text + len;
	int r = len == 0 || end[-1] == '\0' ? 0 : -EBADMSG;

	if (plain)
		*plain = (struct bw_policy){0};
	for (const char *p = text; r == 0 && p < end; p += strlen(p) + 1)
		r = read_record(p, rules, plain);
	return r;
}

bool bw_pin_text_has_programs(const char *text, size_t len, const char *const *exes, size_t n_exes)
{
	const char *end = text + len;
	size_t n = 0;

	if (len > 0 && end[-1] != '\0')
		return false;
	for (const char *p = text; p < end; p += strlen(p) + 1) {
		if (*p != PROGRAM)
			continue;
		if (n == n_exes || strcmp(p + 1, exes[n]) != 0)
			return false;
		n++;
	}
	return n == n_exes;
}
