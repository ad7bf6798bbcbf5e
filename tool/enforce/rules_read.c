/* SPDX-License-Identifier: Apache-2.0 */
/* Files of rules. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "base/parse.h"
#include "enforce/rule_line.h"
#include "enforce/rules.h"

enum { FILE_MAX = 64 << 20 };

/* By bw_rule_kind. */
static const char *const kind_words[] = {"name", "path", "dir", NULL};

static const char blanks[] = " \t";

struct reader {
	struct bw_rules *rules;
	const char *path;
	int (*wrong)(void *cookie, const struct bw_rules_mistake *mistake);
	void *cookie;
	struct bw_rule_subject_names names;
};

/* With a reason the mistake is the line's, and reading may go on behind it. */
static int complain(const struct reader *reader, int r, const struct bw_rules_mistake *mistake)
{
	if (r < 0 && !mistake->reason)
		return bw_log_error(r, "%s:%u: %s", reader->path, mistake->line, strerror(-r));
	if (r == -E2BIG) {
		reader->wrong(reader->cookie, mistake);
		return r;
	}
	return r < 0 ? reader->wrong(reader->cookie, mistake) : 0;
}

/* Takes the quotes off, in place. What is wrong, or NULL. */
static const char *unquote(char *value)
{
	const char *text = value, *why = bw_rule_line_unquote(&text, value);

	if (!why && text[strspn(text, " \t\r")] != '\0')
		return "there is something behind the closing quote";
	return why;
}

static void trim_end(char *value)
{
	size_t len = strlen(value);

	while (len > 0 && strchr(blanks, value[len - 1]))
		value[--len] = '\0';
}

static void set_place(struct bw_rules *rules, unsigned line, unsigned column)
{
	struct bw_rule *rule = &rules->rules[rules->n - 1];

	rule->from_file = true;
	rule->line = line;
	rule->column = column;
}

/* A line of a kind and a value. */
static int read_plain(struct reader *reader, char *line, unsigned number)
{
	char *word = line + strspn(line, blanks), *value = word + strcspn(word, blanks);
	struct bw_rules_mistake mistake = {.line = number};
	int kind, r = -EINVAL;

	if (*value)
		*value++ = '\0';
	value += strspn(value, blanks);
	kind = bw_parse_word(word, kind_words);
	if (kind < 0) {
		mistake.reason = "a rule begins with name, path or dir, or with deny, kill or audit";
		return complain(reader, r, &mistake);
	}
	if (*value == '"')
		mistake.reason = unquote(value);
	else
		trim_end(value);
	if (!mistake.reason)
		r = bw_rules_add(reader->rules, (enum bw_rule_kind)kind, value, &mistake.reason);
	if (r == 0)
		set_place(reader->rules, number, (unsigned)(value - line) + 1);
	return complain(reader, r, &mistake);
}

int bw_rules_add_line(struct bw_rules *rules, struct bw_rule_line *line, const char **why)
{
	int policy, r = bw_rules_add(rules, line->kind, line->object, why);

	if (r < 0)
		return r;
	policy = bw_rules_add_policy(rules, &line->policy);
	if (policy >= 0)
		rules->rules[rules->n - 1].policy = policy;
	return policy < 0 ? policy : 0;
}

/* What is read of a line that begins with an action becomes a rule. */
static int take(struct reader *reader, struct bw_rule_line *rule, struct bw_rules_mistake *mistake)
{
	int r = bw_rules_add_line(reader->rules, rule, &mistake->reason);

	mistake->column = rule->column;
	if (r == 0)
		set_place(reader->rules, mistake->line, rule->column);
	return r;
}

static int read_action(struct reader *reader, const char *line, unsigned number)
{
	BW_CLEANUP(bw_rule_line_free) struct bw_rule_line rule;
	struct bw_rule_line_error error;
	struct bw_rules_mistake mistake = {.line = number};
	int r = bw_rule_line_parse(&rule, line, &reader->names, &error);

	if (r == -EINVAL) {
		mistake.column = error.column;
		mistake.reason = error.reason;
		mistake.hint = *error.hint ? error.hint : NULL;
	}
	if (r == 0)
		r = take(reader, &rule, &mistake);
	return complain(reader, r, &mistake);
}

static int read_line(struct reader *reader, char *line, unsigned number)
{
	const char *first = line + strspn(line, blanks);
	size_t len = strlen(line);

	if (len > 0 && line[len - 1] == '\r')
		line[len - 1] = '\0';
	if (!*first || *first == '#')
		return 0;
	return bw_rule_line_is_one(line) ? read_action(reader, line, number) : read_plain(reader, line, number);
}

int bw_rules_read_each(struct bw_rules *rules, const char *path,
		       int (*wrong)(void *cookie, const struct bw_rules_mistake *mistake), void *cookie)
{
	struct reader reader = {.rules = rules, .path = path, .wrong = wrong, .cookie = cookie};
	BW_FREE char *text = NULL;
	size_t len;
	unsigned number = 0;
	int r = bw_file_read(path, FILE_MAX, &text, &len);
	char *line, *next;

	if (r < 0)
		return bw_log_error(r, "cannot read the rule file '%s': %s", path, strerror(-r));
	if (strlen(text) != len)
		return bw_log_error(-EINVAL, "cannot read the rule file '%s': NUL byte at offset %zu", path,
				    strlen(text));
	for (line = text; line && *line && r == 0; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		r = read_line(&reader, line, ++number);
	}
	return r;
}

/* The first mistake ends the reading. */
struct first {
	const char *path;
};

static int report(void *cookie, const struct bw_rules_mistake *mistake)
{
	const struct first *first = cookie;
	char column[16] = "";

	if (mistake->column)
		snprintf(column, sizeof(column), ":%u", mistake->column);
	bw_log_error(-EINVAL, "%s:%u%s: %s", first->path, mistake->line, column, mistake->reason);
	if (mistake->hint)
		bw_log_hint("%s", mistake->hint);
	return -EINVAL;
}

int bw_rules_read(struct bw_rules *rules, const char *path)
{
	struct first first = {path};

	return bw_rules_read_each(rules, path, report, &first);
}
