/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/rule_line.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/glob.h"
#include "base/parse.h"
#include "bpf_src/lib/target.h"

static const char blanks[] = " \t";

static const char *const actions[BW_ACTIONS + 1] = {
	[BW_ACTION_DENY] = "deny", [BW_ACTION_KILL] = "kill", [BW_ACTION_AUDIT] = "audit"};
static const char *const kinds[] = {[BW_RULE_NAME] = "name", [BW_RULE_PATH] = "path", [BW_RULE_DIR] = "dir", NULL};
static const char *const sides[] = {"except", "only", NULL};

/* The line, and the word that was read last. */
struct parser {
	const char *line, *next;
	char *word; /* without its quotes, in a buffer as large as the line; "": the line has ended */
	unsigned column;
	struct bw_rule_line_error *error;
};

static unsigned column_of(const struct parser *p, const char *at)
{
	return (unsigned)(at - p->line) + 1;
}

__attribute__((format(printf, 3, 4))) static int wrong(struct parser *p, const char *hint, const char *fmt, ...)
{
	va_list args;

	p->error->column = p->column;
	va_start(args, fmt);
	vsnprintf(p->error->reason, sizeof(p->error->reason), fmt, args);
	va_end(args);
	snprintf(p->error->hint, sizeof(p->error->hint), "%s", hint ? hint : "");
	return -EINVAL;
}

/* One character of a quoted value; NULL: it is none. */
static const char *unescape(const char *from, char *to)
{
	static const char letters[] = "\"\\nt", meant[] = "\"\\\n\t";
	const char *letter;
	char digits[3] = {0};

	if (*from != '\\') {
		*to = *from;
		return from + 1;
	}
	letter = from[1] ? strchr(letters, from[1]) : NULL;
	if (letter) {
		*to = meant[letter - letters];
		return from + 2;
	}
	if (from[1] != 'x' || !isxdigit((unsigned char)from[2]) || !isxdigit((unsigned char)from[3]))
		return NULL;
	memcpy(digits, from + 2, 2);
	*to = (char)strtoul(digits, NULL, 16);
	return *to ? from + 4 : NULL;
}

const char *bw_rule_line_unquote(const char **text, char *to)
{
	const char *from = *text + 1;

	while (*from && *from != '"') {
		*text = from;
		from = unescape(from, to++);
		if (!from)
			return "in quotes a backslash stands before \", \\, n, t, or x and two hex digits (not 00)";
	}
	if (*from != '"')
		return "there is no closing quote";
	*to = '\0';
	*text = from + 1;
	return NULL;
}

/* The next word: of the grammar, which has no quotes. */
static void read_word(struct parser *p)
{
	const char *begin = p->next + strspn(p->next, blanks);
	size_t len = strcspn(begin, blanks);

	memcpy(p->word, begin, len);
	p->word[len] = '\0';
	p->column = column_of(p, begin);
	p->next = begin + len;
}

/* The next word: a value, perhaps in quotes. */
static int read_value(struct parser *p, const char *of)
{
	const char *begin = p->next + strspn(p->next, blanks), *end = begin, *why;

	if (*begin != '"') {
		read_word(p);
		return *p->word ? 0 : wrong(p, NULL, "there is nothing behind '%s'", of);
	}
	why = bw_rule_line_unquote(&end, p->word);
	p->next = end;
	p->column = column_of(p, why && *end == '\\' ? end : begin);
	if (why)
		return wrong(p, NULL, "%s", why);
	if (*end && !strchr(blanks, *end)) {
		p->column = column_of(p, end);
		return wrong(p, "a blank stands there", "there is something behind the closing quote");
	}
	return 0;
}

/* Is the word an error's name, or meant for one? */
static bool is_error(const char *word)
{
	size_t len = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	return *word == 'E' && len > 1 && word[len] == '\0';
}

static int read_error(struct parser *p, struct bw_policy *policy)
{
	policy->error = EACCES;
	read_word(p);
	if (!is_error(p->word))
		return 0;
	if (policy->action == BW_ACTION_AUDIT)
		return wrong(p, "leave it out, or let the action be deny",
			     "'audit' denies nothing: no access fails with %.32s", p->word);
	policy->error = bw_policy_error(p->word);
	if (!policy->error)
		return wrong(p, "known: " BW_POLICY_ERRORS, "no such error: '%.32s'", p->word);
	read_word(p);
	return 0;
}

static int read_operations(struct parser *p, struct bw_policy *policy)
{
	struct bw_word_list_unknown unknown;
	int r;

	if (!*p->word || bw_parse_word(p->word, kinds) >= 0)
		return wrong(p, "for instance: deny open path /etc/shadow", "the operations are missing");
	r = bw_access_read(p->word, &policy->access, &unknown);
	if (r == -EINVAL) {
		p->column += (unsigned)unknown.at;
		if (unknown.len == 0)
			return wrong(p, "the list has neither blanks nor a comma at its end",
				     "an operation is missing");
		return wrong(p, unknown.hint, "no such operation: '%.*s'", (int)(unknown.len < 64 ? unknown.len : 64),
			     p->word + unknown.at);
	}
	/* What is mounted beneath a directory would be beside the rule. */
	if (policy->action != BW_ACTION_AUDIT)
		policy->access.beneath |= ACCESS_MOUNT;
	return r;
}

/* What stands without wildcards, in place: a backslash takes the next character as it is. */
static int read_literal(struct parser *p, char *text)
{
	BW_CLEANUP(bw_glob_free) struct bw_glob glob = {0};
	const char *why;
	size_t at;
	int r = bw_glob_compile(&glob, text, true, &why, &at);

	if (r == -ENOMEM)
		return r;
	if (r < 0 || !glob.is_literal) {
		p->column += (unsigned)strcspn(text, "*?[");
		return wrong(p, "a backslash before a character takes it literally",
			     "only a name, or the last component of a path, can be a pattern");
	}
	memcpy(text, bw_glob_prefix(&glob, &at), glob.text_len);
	text[glob.text_len] = '\0';
	return 0;
}

static int check_pattern(struct parser *p, const char *pattern, bool *is_literal)
{
	BW_CLEANUP(bw_glob_free) struct bw_glob glob = {0};
	const char *why;
	size_t at;
	int r = bw_glob_compile(&glob, pattern, false, &why, &at);

	*is_literal = glob.is_literal;
	if (r != -EINVAL)
		return r;
	p->column += (unsigned)((size_t)(pattern - p->word) + at);
	return wrong(p, "a backslash before a character takes it literally", "%s", why);
}

/* An object with a wildcard. */
static int read_pattern(struct parser *p, struct bw_rule_line *rule)
{
	char *slash = rule->kind == BW_RULE_NAME ? NULL : strrchr(p->word, '/');
	BW_FREE char *pattern = strdup(slash ? slash + 1 : p->word);
	bool is_literal = rule->kind == BW_RULE_DIR;
	int r = pattern ? 0 : -ENOMEM;

	if (r == 0 && !is_literal)
		r = check_pattern(p, slash ? slash + 1 : p->word, &is_literal);
	if (r < 0 || is_literal)
		/* cppcheck-suppress memleak ; it does not know the cleanup attribute */
		return r < 0 ? r : read_literal(p, p->word);
	if (slash) { /* the directories have none */
		*slash = '\0';
		r = read_literal(p, p->word);
		strcat(strcat(p->word, "/"), pattern);
	}
	rule->kind = rule->kind == BW_RULE_NAME ? BW_RULE_NAME_GLOB : BW_RULE_PATH_GLOB;
	return r; /* cppcheck-suppress memleak ; likewise */
}

static int read_object(struct parser *p, struct bw_rule_line *rule)
{
	int kind, r;

	read_word(p);
	kind = bw_parse_word(p->word, kinds);
	if (kind < 0)
		return *p->word ? wrong(p, NULL, "'%.64s' stands where name, path or dir is expected", p->word)
				: wrong(p, NULL, "name, path or dir is missing");
	rule->kind = (enum bw_rule_kind)kind;
	r = read_value(p, kinds[kind]);
	if (r < 0)
		return r;
	rule->column = p->column;
	if (strpbrk(p->word, "*?["))
		r = read_pattern(p, rule);
	if (r < 0)
		return r;
	rule->object = strdup(p->word);
	return rule->object ? 0 : -ENOMEM;
}

static int add_subject(struct parser *p, struct bw_policy *policy, struct bw_subject *subject)
{
	const size_t n = policy->n_subjects;
	struct bw_subject *longer;

	if (n == BW_RULE_LINE_SUBJECTS_MAX)
		return wrong(p, NULL, "these are more than %d subjects", BW_RULE_LINE_SUBJECTS_MAX);
	if ((n & (n - 1)) == 0) {
		longer = reallocarray(policy->subjects, n ? 2 * n : 1, sizeof(*longer));
		if (!longer)
			return -ENOMEM;
		policy->subjects = longer;
	}
	policy->subjects[policy->n_subjects++] = *subject;
	subject->value = NULL;
	return 0;
}

/* The subject whose kind is the last word. */
static int read_subject(struct parser *p, struct bw_policy *policy, bool only, struct bw_rule_subject_names *names)
{
	const int kind = bw_rule_subject_kind(p->word);
	struct bw_subject subject = {.kind = (enum bw_subject_kind)kind, .only = only};
	const char *why = NULL;
	int r = read_value(p, bw_rule_subject_word(subject.kind));

	if (r == 0)
		r = bw_rule_subject_read(&subject, p->word, names, &why);
	if (why)
		r = wrong(p, NULL, "%s '%.64s': %s", bw_rule_subject_word(subject.kind), p->word, why);
	if (r == 0)
		r = add_subject(p, policy, &subject);
	free(subject.value);
	return r;
}

static int wrong_word(struct parser *p, int side)
{
	if (*p->word == '#')
		return wrong(p, "a comment stands on a line of its own", "a rule ends with the line");
	if (side < 0)
		return wrong(p, "a value with blanks stands in double quotes",
			     "'%.64s' stands where except or only is expected", p->word);
	return wrong(p, "known: " BW_RULE_SUBJECT_WORDS, "'%.64s' stands where a subject is expected", p->word);
}

static int read_subjects(struct parser *p, struct bw_policy *policy, struct bw_rule_subject_names *names)
{
	int side = -1, r = 0;
	bool empty = false;

	for (read_word(p); r == 0 && *p->word; read_word(p)) {
		const int next = bw_parse_word(p->word, sides);

		if (next >= 0 && !empty) {
			side = next;
			empty = true;
			continue;
		}
		if (side < 0 || bw_rule_subject_kind(p->word) < 0)
			return wrong_word(p, side);
		r = read_subject(p, policy, side == 1, names);
		empty = false;
		if (r < 0)
			return r;
	}
	return empty ? wrong(p, "known: " BW_RULE_SUBJECT_WORDS, "there is no subject behind '%s'", sides[side]) : r;
}

/* Is the word the first of the line? */
static bool begins_with(const char *line, const char *word)
{
	size_t len = strlen(word);

	return strncmp(line, word, len) == 0 && (!line[len] || strchr(blanks, line[len]));
}

bool bw_rule_line_is_one(const char *line)
{
	line += strspn(line, blanks);
	for (size_t i = 0; actions[i]; i++)
		if (begins_with(line, actions[i]))
			return true;
	return false;
}

int bw_rule_line_parse(struct bw_rule_line *rule, const char *line, struct bw_rule_subject_names *names,
		       struct bw_rule_line_error *error)
{
	BW_FREE char *word = malloc(strlen(line) + 1);
	struct parser p = {.line = line, .next = line, .word = word, .error = error};
	int action, r;

	*rule = (struct bw_rule_line){0};
	if (!word)
		return -ENOMEM;
	read_word(&p);
	action = bw_parse_word(word, actions);
	if (action < 0)
		return wrong(&p, NULL, "a rule begins with an action: deny, kill or audit");
	rule->policy.action = (enum bw_action)action;
	r = read_error(&p, &rule->policy);
	if (r == 0)
		r = read_operations(&p, &rule->policy);
	if (r == 0)
		r = read_object(&p, rule);
	return r == 0 ? read_subjects(&p, &rule->policy, names) : r;
}

void bw_rule_line_free(struct bw_rule_line *rule)
{
	free(rule->object);
	bw_policy_free(&rule->policy);
	*rule = (struct bw_rule_line){0};
}
