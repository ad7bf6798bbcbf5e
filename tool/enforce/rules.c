/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/rules.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/path_parts.h"

enum { FILE_MAX = 64 << 20 };

/* By bw_rule_kind. */
static const char *const kind_words[] = {"name", "path", "dir", NULL};

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

/* The value as it is kept, or NULL if there is no memory. */
static char *kept(enum bw_rule_kind kind, const char *value)
{
	return kind == BW_RULE_NAME ? strdup(value) : bw_path_parts_absolute(value);
}

int bw_rules_add(struct bw_rules *rules, enum bw_rule_kind kind, const char *value, const char **why)
{
	struct bw_rule *longer;

	*why = kind == BW_RULE_NAME ? wrong_name(value) : wrong_path(value);
	if (*why)
		return -EINVAL;
	if (rules->n == BW_RULES_MAX) {
		*why = "these are more than 65536 rules";
		return -E2BIG;
	}
	if ((rules->n & (rules->n - 1)) == 0) {
		longer = realloc(rules->rules, (rules->n ? 2 * rules->n : 1) * sizeof(*longer));
		if (!longer)
			return -ENOMEM;
		rules->rules = longer;
	}
	rules->rules[rules->n] = (struct bw_rule){kind, kept(kind, value), false};
	if (!rules->rules[rules->n].value)
		return -errno; /* of getcwd, too */
	rules->n++;
	rules->of_kind[kind]++;
	return 0;
}

/* One character of a quoted value; NULL: it is none. */
static char *unescape(char *from, char *to)
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

/* Takes the quotes off, in place. What is wrong, or NULL. */
static const char *unquote(char *value)
{
	char *from = value + 1, *to = value;

	while (*from && *from != '"') {
		from = unescape(from, to++);
		if (!from)
			return "in quotes a backslash stands before \", \\, n, t, or x and two hex digits (not 00)";
	}
	if (*from != '"')
		return "there is no closing quote";
	if (from[1 + strspn(from + 1, " \t\r")] != '\0')
		return "there is something behind the closing quote";
	*to = '\0';
	return NULL;
}

static void trim_end(char *value)
{
	size_t len = strlen(value);

	while (len > 0 && strchr(" \t", value[len - 1]))
		value[--len] = '\0';
}

/* What is wrong with the line, or NULL; -errno in *r. */
static const char *read_line(struct bw_rules *rules, char *line, int *r)
{
	char *value = line + strcspn(line, " \t");
	const char *why = NULL;
	int kind;

	*r = -EINVAL;
	if (*value)
		*value++ = '\0';
	value += strspn(value, " \t");
	kind = bw_parse_word(line, kind_words);
	if (kind < 0)
		return "a rule begins with name, path or dir";
	if (*value == '"')
		why = unquote(value);
	else
		trim_end(value);
	if (!why)
		*r = bw_rules_add(rules, (enum bw_rule_kind)kind, value, &why);
	if (*r == 0)
		rules->rules[rules->n - 1].from_file = true;
	return why;
}

int bw_rules_read(struct bw_rules *rules, const char *path)
{
	BW_FREE char *text = NULL;
	size_t len, number = 0;
	int r = bw_file_read(path, FILE_MAX, &text, &len);
	char *line, *next;

	if (r < 0)
		return bw_log_error(r, "cannot read the rule file '%s': %s", path, strerror(-r));
	if (strlen(text) != len)
		return bw_log_error(-EINVAL, "cannot read the rule file '%s': NUL byte at offset %zu", path,
				    strlen(text));
	for (line = text; line && *line; line = next) {
		const char *why;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		number++;
		line += strspn(line, " \t");
		line[strlen(line) - (*line && line[strlen(line) - 1] == '\r')] = '\0';
		if (!*line || *line == '#')
			continue;
		why = read_line(rules, line, &r);
		if (r < 0)
			return bw_log_error(r, "%s:%zu: %s", path, number, why ? why : strerror(-r));
	}
	return 0;
}

int bw_rules_add_given(struct bw_rules *rules, const struct bw_rules *from)
{
	const char *why;
	int r = 0;

	for (size_t i = 0; i < from->n && r == 0; i++)
		if (!from->rules[i].from_file)
			r = bw_rules_add(rules, from->rules[i].kind, from->rules[i].value, &why);
	return r;
}

int bw_rules_copy(struct bw_rules *rules, const struct bw_rules *from)
{
	const char *why;
	int r = 0;

	for (size_t i = 0; i < from->n && r == 0; i++) {
		r = bw_rules_add(rules, from->rules[i].kind, from->rules[i].value, &why);
		if (r == 0)
			rules->rules[rules->n - 1].from_file = from->rules[i].from_file;
	}
	return r;
}

static int compare(const void *a, const void *b)
{
	const struct bw_rule *x = a, *y = b;

	return x->kind != y->kind ? (int)x->kind - (int)y->kind : strcmp(x->value, y->value);
}

static void keep(void *rule)
{
	(void)rule;
}

bool bw_rules_include_paths(const struct bw_rules *rules, const struct bw_rules *others)
{
	void *tree = NULL;
	bool all = true;

	for (size_t i = 0; i < rules->n && all; i++)
		all = tsearch(&rules->rules[i], &tree, compare) != NULL;
	for (size_t i = 0; i < others->n && all; i++)
		all = others->rules[i].kind == BW_RULE_NAME || tfind(&others->rules[i], &tree, compare);
	tdestroy(tree, keep);
	return all;
}

void bw_rules_free(struct bw_rules *rules)
{
	for (size_t i = 0; i < rules->n; i++)
		free(rules->rules[i].value);
	free(rules->rules);
	*rules = (struct bw_rules){0};
}
