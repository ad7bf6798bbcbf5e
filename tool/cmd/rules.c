/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/rules.h"

#include <errno.h>
#include <getopt.h>
#include <glob.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/path_parts.h"
#include "cmd/common_options.h"
#include "cmd/options.h"
#include "cmd/rules_explain.h"
#include "enforce/globs.h"
#include "enforce/policies.h"
#include "enforce/programs.h"
#include "enforce/rules.h"

enum { OPT_STRICT = 256, OPT_RULES, OPT_UID, OPT_EXE, MESSAGE_BYTES = 3 * PATH_MAX };

#define SERVICE_RULES "/etc/bccwatch/rules.d/*.rules"

struct check {
	const char *path;
	bool strict;
	struct bw_rules rules;
	size_t errors, warnings;
};

static int print_mistake(void *cookie, const struct bw_rules_mistake *mistake)
{
	struct check *c = cookie;

	if (mistake->column)
		bw_log_note("%s:%u:%u: %s", c->path, mistake->line, mistake->column, mistake->reason);
	else
		bw_log_note("%s:%u: %s", c->path, mistake->line, mistake->reason);
	if (mistake->hint)
		bw_log_hint("%s", mistake->hint);
	c->errors++;
	return 0;
}

__attribute__((format(printf, 3, 4))) static void warn(struct check *c, const struct bw_rule *rule, const char *fmt,
						       ...)
{
	char text[MESSAGE_BYTES];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	bw_log_note("%s:%u:%u: warning: %s", c->path, rule->line, rule->column, text);
	c->warnings++;
}

__attribute__((format(printf, 4, 5))) static void complain(struct check *c, const struct bw_rule *rule,
							   const char *hint, const char *fmt, ...)
{
	char text[MESSAGE_BYTES];
	struct bw_rules_mistake mistake = {rule->line, rule->column, text, hint};
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	print_mistake(c, &mistake);
}

static void check_name(struct check *c, const struct bw_rule *rule)
{
	if (rule->policy == BW_RULE_PLAIN && strpbrk(rule->value, "*?["))
		warn(c, rule, "the name '%s' is taken literally, not as a pattern", rule->value);
}

/* A pattern in a directory. */
static void check_path_glob(struct check *c, const struct bw_rule *rule)
{
	BW_FREE char *dir = bw_rules_directory_of(rule->value);
	struct stat st;

	if (dir && stat(dir, &st) < 0 && errno != ENOENT)
		warn(c, rule, "cannot look at '%s': %s", dir, strerror(errno));
	else if (dir && stat(dir, &st) < 0)
		warn(c, rule, "the directory '%s' does not exist yet: the rule waits for it", dir);
	else if (dir && !S_ISDIR(st.st_mode))
		complain(c, rule, NULL, "'%s' is no directory", dir);
}

/* Which file is meant where a symlink is on the way. */
static void check_symlinks(struct check *c, const struct bw_rule *rule)
{
	BW_FREE char *real = realpath(rule->value, NULL), *plain = strdup(rule->value);
	size_t len;

	if (!real || !plain)
		return;
	len = bw_path_parts_normalize(plain, rule->value, strlen(rule->value));
	plain[len] = '\0';
	while (len > 1 && plain[len - 1] == '/')
		plain[--len] = '\0';
	if (strcmp(real, plain) != 0)
		warn(c, rule, "'%s' leads through a symlink: '%s' is meant", rule->value, real);
}

static void check_missing(struct check *c, const struct bw_rule *rule, int error)
{
	struct stat st;

	if (error != ENOENT)
		warn(c, rule, "cannot look at '%s': %s", rule->value, strerror(error));
	else if (lstat(rule->value, &st) == 0 && S_ISLNK(st.st_mode))
		warn(c, rule, "'%s' is a symlink to what does not exist yet: the rule waits for it", rule->value);
	else
		warn(c, rule, "'%s' does not exist yet: the rule waits for it%s", rule->value,
		     rule->policy == BW_RULE_PLAIN && strpbrk(rule->value, "*?[") ? " (it is no pattern)" : "");
}

static void check_path(struct check *c, const struct bw_rule *rule)
{
	struct stat st;

	if (stat(rule->value, &st) < 0) {
		check_missing(c, rule, errno);
		return;
	}
	if (rule->kind == BW_RULE_PATH && S_ISDIR(st.st_mode))
		complain(c, rule, "dir protects what lies beneath a directory", "'%s' is a directory", rule->value);
	else if (rule->kind == BW_RULE_DIR && !S_ISDIR(st.st_mode))
		complain(c, rule, "path protects a file", "'%s' is no directory", rule->value);
	else
		check_symlinks(c, rule);
}

static void check_exe(struct check *c, const struct bw_rule *rule, const char *exe)
{
	char interpreter[PATH_MAX], hint[PATH_MAX + 128];
	int r = bw_programs_interpreter(exe, interpreter);

	if (r == -ENOENT)
		warn(c, rule, "the program '%s' does not exist", exe);
	else if (r == -ENOEXEC)
		complain(c, rule, NULL, "'%s' is no program", exe);
	else if (r < 0)
		warn(c, rule, "cannot look at the program '%s': %s", exe, strerror(-r));
	if (r != 1)
		return;
	snprintf(hint, sizeof(hint),
		 "run the script as a user of its own, and name that by uid; exe %s would be all of that program's "
		 "scripts",
		 interpreter);
	complain(c, rule, hint, "'%s' is a script, and the kernel sees its interpreter '%s' alone", exe, interpreter);
}

static void check_programs(struct check *c, const struct bw_rule *rule)
{
	const struct bw_policy *policy = &c->rules.policies[rule->policy];

	for (size_t i = 0; i < policy->n_subjects; i++)
		if (policy->subjects[i].kind == BW_SUBJECT_EXE)
			check_exe(c, rule, policy->subjects[i].value);
}

static void check_object(struct check *c, const struct bw_rule *rule)
{
	if (rule->kind == BW_RULE_NAME)
		check_name(c, rule);
	else if (rule->kind == BW_RULE_PATH_GLOB)
		check_path_glob(c, rule);
	else if (rule->kind != BW_RULE_NAME_GLOB)
		check_path(c, rule);
}

/* What holds for all of them together; reported. */
static void check_all(struct check *c)
{
	const struct bw_policy plain = {BW_ACTION_KILL, EACCES, bw_access_default, NULL, 0};
	BW_CLEANUP(bw_policies_free) struct bw_policies policies = {0};
	BW_CLEANUP(bw_globs_free) struct bw_globs globs = {0};

	c->errors += bw_policies_make(&policies, &c->rules, &plain) < 0;
	c->errors += bw_globs_make(&globs, &c->rules) < 0;
}

static int check_rules(struct check *c)
{
	BW_FREE size_t *by = NULL;
	int seen = BW_RULE_PLAIN; /* policies come in the order of their first rules */
	int r = bw_rules_hidden(&c->rules, &by);

	check_all(c);

	if (r < 0)
		return bw_log_error(r, "cannot check the rules: %s", strerror(-r));
	for (size_t i = 0; i < c->rules.n; i++) {
		const struct bw_rule *rule = &c->rules.rules[i];

		if (by[i] != i)
			warn(c, rule, "this rule can never match: that of line %u decides before it",
			     c->rules.rules[by[i]].line);
		check_object(c, rule);
		if (rule->policy > seen)
			check_programs(c, rule);
		seen = rule->policy > seen ? rule->policy : seen;
	}
	return 0;
}

static void print_result(const struct check *c)
{
	printf("%zu rule%s, %zu warning%s", c->rules.n, c->rules.n == 1 ? "" : "s", c->warnings,
	       c->warnings == 1 ? "" : "s");
	if (c->errors)
		printf(", %zu error%s", c->errors, c->errors == 1 ? "" : "s");
	puts(".");
}

/* What the command line asks for. */
struct asked {
	struct check check;
	struct bw_rules_explain explain;
	const char *option; /* the last one that belongs to one verb alone; NULL: none */
};

static int set_option(void *cookie, int id, const char *value)
{
	struct asked *a = cookie;
	struct bw_rules_explain *x = &a->explain;

	switch (id) {
	case OPT_STRICT:
		a->check.strict = true;
		a->option = "--strict";
		return 0;
	case OPT_UID:
		x->subject.has_uid = true;
		a->option = "--uid";
		return bw_common_options_uid("--uid", value, &x->subject.uid);
	case OPT_EXE:
		x->subject.exe = value;
		a->option = "--exe";
		return 0;
	default:
		a->option = "--rules";
		if (x->n_files == BW_RULES_EXPLAIN_FILES_MAX)
			return bw_log_error(BW_EXIT_USAGE, "too many files: --rules may be given %d times",
					    BW_RULES_EXPLAIN_FILES_MAX);
		x->files[x->n_files++] = value;
		return 0;
	}
}

static int usage(int n, char **operands)
{
	const char *verb = n > 0 ? operands[0] : "";
	const bool explains = strcmp(verb, bw_rules_command.other_verb) == 0;

	if (n == 0)
		bw_log_error(BW_EXIT_USAGE, "check or explain is missing");
	else if (strcmp(verb, bw_rules_command.verb) != 0 && !explains)
		bw_log_error(BW_EXIT_USAGE, "unexpected argument '%s'", verb);
	else if (n > (explains ? 3 : 2))
		bw_log_error(BW_EXIT_USAGE, "unexpected argument '%s'", operands[explains ? 3 : 2]);
	else
		bw_log_error(BW_EXIT_USAGE, "%s is missing",
			     !explains ? bw_rules_command.operand
			     : n == 1  ? "PATH"
				       : "OPERATION");
	bw_log_hint("bccwatch rules check FILE, or bccwatch rules explain --rules FILE PATH OPERATION");
	return BW_EXIT_USAGE;
}

static int run_check(struct check *c)
{
	int r = bw_rules_read_each(&c->rules, c->path, print_mistake, c);

	if (r == 0)
		r = check_rules(c);
	if (r == 0)
		print_result(c);
	bw_rules_free(&c->rules);
	return r < 0 || c->errors || (c->strict && c->warnings) ? BW_EXIT_FAILED : BW_EXIT_OK;
}

/* Where no file is given, those of the service. */
static int run_explain(struct bw_rules_explain *x)
{
	glob_t found = {0};
	int r = 0;

	if (x->n_files == 0 && glob(SERVICE_RULES, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc && x->n_files < BW_RULES_EXPLAIN_FILES_MAX; i++)
			x->files[x->n_files++] = found.gl_pathv[i];
	if (x->n_files == 0) {
		r = bw_log_error(BW_EXIT_USAGE, "no rules: there is no --rules, and no file " SERVICE_RULES);
		bw_log_hint("bccwatch rules explain --rules FILE PATH OPERATION");
	}
	if (r == 0)
		r = bw_rules_explain_run(x);
	globfree(&found);
	return r;
}

static int run(const struct bw_command *command, int argc, char **argv)
{
	struct asked asked = {0};
	int r = bw_options_read(command, argc, argv, set_option, &asked), n = argc - optind;
	char **operands = argv + optind;
	bool checks, explains;

	if (r != 0)
		return r == BW_OPTIONS_HELP ? BW_EXIT_OK : r;
	checks = n == 2 && strcmp(operands[0], command->verb) == 0;
	explains = n == 3 && strcmp(operands[0], command->other_verb) == 0;
	if (!checks && !explains)
		return usage(n, operands);
	if (asked.option && (strcmp(asked.option, "--strict") == 0) != checks)
		return bw_log_error(BW_EXIT_USAGE, "%s is not for rules %s", asked.option, operands[0]);
	if (checks) {
		asked.check.path = operands[1];
		return run_check(&asked.check);
	}
	asked.explain.path = operands[1];
	asked.explain.operation = operands[2];
	return run_explain(&asked.explain);
}

static const struct bw_command_option options[] = {
	{OPT_STRICT, "strict", NULL, "check: exit with 1 also if there are only warnings", NULL},
	{OPT_RULES, "rules", "FILE",
	 "explain: by the rules of this file; may be given again (default: " SERVICE_RULES ")", BW_COMPLETE_FILE},
	{OPT_UID, "uid", "UID", "explain: who accesses it, by number or name", BW_COMPLETE_USER},
	{OPT_EXE, "exe", "PATH", "explain: the program that accesses it", BW_COMPLETE_FILE},
	{'h', "help", NULL, "show this help", NULL},
	{0},
};

const struct bw_command bw_rules_command = {
	.name = "rules",
	.summary = "Check a file of rules for block, or explain what rules do with an access",
	.verb = "check",
	.operand = "FILE",
	.other_verb = "explain",
	.other_operands = "PATH OPERATION",
	.options = options,
	.run = run,
};
