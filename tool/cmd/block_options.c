/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/block_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/parse.h"
#include "enforce/pin_dir.h"
#include "enforce/rule_subject.h"

enum {
	OPT_PATH = 256,
	OPT_DIR,
	OPT_NAME_GLOB,
	OPT_RULES,
	OPT_ERRNO,
	OPT_DRY_RUN,
	OPT_HOOK,
	OPT_ACCESS,
	OPT_HOLDERS,
	OPT_EXCEPT_UID,
	OPT_EXCEPT_EXE,
	OPT_EXCEPT_COMM,
	OPT_EXCEPT,
	OPT_ONLY,
	OPT_ALLOW_MOUNTS,
	OPT_AS_ROOT,
	OPT_PIN,
	OPT_STATUS,
	OPT_UNPIN,
	OPT_JSON,
	OPT_SELF_TEST
};

static int add_rule(struct bw_block_options *o, enum bw_rule_kind kind, const char *option, const char *value)
{
	const char *why;
	int r = bw_rules_add(&o->rules, kind, value, &why);

	return r < 0 ? bw_common_options_usage_error(option, value, why ? why : strerror(-r)) : 0;
}

static int read_file(struct bw_block_options *o, const char *path)
{
	if (o->n_files == BW_BLOCK_FILES_MAX)
		return bw_log_error(BW_EXIT_USAGE, "too many files: --rules may be given %d times", BW_BLOCK_FILES_MAX);
	o->given_before[o->n_files] = bw_rules_given(&o->rules);
	o->files[o->n_files++] = path;
	return bw_rules_read(&o->rules, path) < 0 ? BW_EXIT_USAGE : 0;
}

static int set_action(struct bw_block_options *o, const char *value)
{
	static const char *const choices[] = {"kill", "deny", NULL};
	int i = bw_common_options_word("--action", value, choices, "it is one of kill, deny");

	if (i < 0)
		return BW_EXIT_USAGE;
	o->deny = i == 1;
	return 0;
}

static int set_errno(struct bw_block_options *o, const char *value)
{
	o->error = bw_policy_error(value);
	return o->error ? 0
			: bw_common_options_usage_error("--errno", value,
							"it is one of EACCES, EPERM, ENOENT, EIO, EROFS, EBUSY, ENXIO");
}

static int set_hook(struct bw_block_options *o, const char *value)
{
	static const char *const choices[] = {"lsm", "fmod_ret", "override", "signal", NULL};
	int i = bw_common_options_word("--hook", value, choices, "it is one of lsm, fmod_ret, override, signal");

	if (i < 0)
		return BW_EXIT_USAGE;
	o->hook = (enum bw_hook)i;
	return 0;
}

static int set_access(struct bw_block_options *o, const char *value)
{
	return bw_access_parse("--access", value, &o->access) < 0 ? BW_EXIT_USAGE : 0;
}

static int set_holders(struct bw_block_options *o, const char *value)
{
	static const char *const choices[] = {"report", "deny", NULL};
	int i = bw_common_options_word("--holders", value, choices, "it is one of report, deny");

	if (i < 0)
		return BW_EXIT_USAGE;
	o->deny_holders = i == 1;
	return 0;
}

static int except_comm(struct bw_block_options *o, const char *value)
{
	if (!*value || strlen(value) > 15)
		return bw_common_options_usage_error("--except-comm", value, "a process name has 1 to 15 bytes");
	o->comms[o->n_comms++] = value;
	return 0;
}

/* --except and --only: as in a rules file, "unit apt-daily.service". */
static int add_subject(struct bw_block_options *o, bool only, const char *value)
{
	const char *option = only ? "--only" : "--except", *blank = value + strcspn(value, " \t"), *why = NULL;
	struct bw_rule_subject_names names = {0};
	struct bw_subject subject = {.only = only};
	char kind[16] = "";
	int number, r;

	if ((size_t)(blank - value) < sizeof(kind))
		memcpy(kind, value, (size_t)(blank - value));
	number = bw_rule_subject_kind(kind);
	if (number < 0 || !*blank)
		return bw_common_options_usage_error(
			option, value, "it is a kind and a value, as 'uid root'; the kinds are " BW_RULE_SUBJECT_WORDS);
	if (o->n_subjects == BW_BLOCK_EXCEPTIONS_MAX)
		return bw_log_error(BW_EXIT_USAGE, "%s is given more than %d times", option, BW_BLOCK_EXCEPTIONS_MAX);
	subject.kind = (enum bw_subject_kind)number;
	r = bw_rule_subject_read(&subject, blank + strspn(blank, " \t"), &names, &why);
	if (r < 0)
		return bw_common_options_usage_error(option, value, why ? why : strerror(-r));
	o->subjects[o->n_subjects++] = subject;
	return 0;
}

static int add_exception(struct bw_block_options *o, int id, const char *value)
{
	if (id == OPT_EXCEPT || id == OPT_ONLY)
		return add_subject(o, id == OPT_ONLY, value);
	if (o->n_uids == BW_BLOCK_EXCEPTIONS_MAX || o->n_comms == BW_BLOCK_EXCEPTIONS_MAX ||
	    o->n_exes == BW_BLOCK_EXCEPTIONS_MAX)
		return bw_log_error(BW_EXIT_USAGE, "too many exceptions: at most %d of each kind",
				    BW_BLOCK_EXCEPTIONS_MAX);
	if (id == OPT_EXCEPT_UID)
		return bw_common_options_uid("--except-uid", value, &o->uids[o->n_uids++]);
	if (id == OPT_EXCEPT_COMM)
		return except_comm(o, value);
	o->exes[o->n_exes++] = value;
	return 0;
}

static int set_name(const char *option, const char *value, const char **name)
{
	const char *why = bw_pin_dir_check_name(value);

	*name = value;
	return why ? bw_common_options_usage_error(option, value, why) : 0;
}

/* What works on pins, or makes one. */
static int set_pin_option(struct bw_block_options *o, int id, const char *value)
{
	switch (id) {
	case OPT_PIN:
		return set_name("--pin", value, &o->pin);
	case OPT_UNPIN:
		return set_name("--unpin", value, &o->unpin);
	case OPT_SELF_TEST:
		return bw_common_options_duration("--self-test", value, BW_PARSE_SECOND, &o->self_test);
	case OPT_STATUS:
		o->status = true;
		return 0;
	case OPT_JSON:
		o->json = true;
		return 0;
	default:
		return BW_EXIT_USAGE;
	}
}

static int unexpected(const char *argument)
{
	bw_log_error(BW_EXIT_USAGE, "unexpected argument '%s'", argument);
	bw_log_hint("a rule has an option: --name, --name-glob, --path or --dir; a command stands behind --");
	return BW_EXIT_USAGE;
}

static int set_rule(struct bw_block_options *o, int id, const char *value)
{
	switch (id) {
	case OPT_PATH:
		return add_rule(o, BW_RULE_PATH, "--path", value);
	case OPT_DIR:
		return add_rule(o, BW_RULE_DIR, "--dir", value);
	case OPT_NAME_GLOB:
		return add_rule(o, BW_RULE_NAME_GLOB, "--name-glob", value);
	default:
		return add_rule(o, BW_RULE_NAME, "--name", value);
	}
}

static bool set_flag(struct bw_block_options *o, int id)
{
	bool *flag = id == OPT_AS_ROOT	      ? &o->as_root
		     : id == OPT_DRY_RUN      ? &o->dry_run
		     : id == OPT_ALLOW_MOUNTS ? &o->allow_mounts
					      : NULL;

	if (flag)
		*flag = true;
	return flag;
}

static int set_option(void *cookie, int id, const char *value)
{
	struct bw_block_options *o = cookie;

	if (set_flag(o, id))
		return 0;
	switch (id) {
	case BW_OPT_OPERAND:
		return unexpected(value);
	case 'n':
	case OPT_PATH:
	case OPT_DIR:
	case OPT_NAME_GLOB:
		return set_rule(o, id, value);
	case OPT_RULES:
		return read_file(o, value);
	case 'a':
		return set_action(o, value);
	case OPT_ERRNO:
		return set_errno(o, value);
	case OPT_HOOK:
		return set_hook(o, value);
	case OPT_ACCESS:
		return set_access(o, value);
	case OPT_HOLDERS:
		return set_holders(o, value);
	case OPT_EXCEPT_UID:
	case OPT_EXCEPT_EXE:
	case OPT_EXCEPT_COMM:
	case OPT_EXCEPT:
	case OPT_ONLY:
		return add_exception(o, id, value);
	default:
		return set_pin_option(o, id, value);
	}
}

/* What a hook of opens does not see. */
enum {
	CHANGES = ACCESS_RESIZE | ACCESS_REPLACE | ACCESS_DELETE | ACCESS_RENAME | ACCESS_LINK | ACCESS_LINK_TO |
		  ACCESS_ATTR | ACCESS_STAT | ACCESS_MMAP
};

static bool names_program(const struct bw_subject *subjects, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (subjects[i].kind == BW_SUBJECT_EXE)
			return true;
	return false;
}

static struct bw_hook_needs needs_of(const struct bw_block_options *o)
{
	const struct bw_rules *rules = &o->rules;
	struct bw_hook_needs needs = {.by_file = rules->of_kind[BW_RULE_PATH] + rules->of_kind[BW_RULE_DIR] +
							 rules->of_kind[BW_RULE_PATH_GLOB] >
						 0,
				      .programs = o->n_exes > 0 || names_program(o->subjects, o->n_subjects),
				      .holders = o->deny_holders,
				      .pin = o->pin,
				      .test = o->self_test};

	if (bw_rules_have_plain(rules)) {
		needs.deny = o->deny;
		needs.changes = (o->access.file | o->access.beneath) & CHANGES;
	}
	for (size_t i = 0; i < rules->n_policies; i++) {
		const struct bw_policy *policy = &rules->policies[i];

		needs.deny |= policy->action == BW_ACTION_DENY;
		needs.changes |= ((policy->access.file | policy->access.beneath) & CHANGES) != 0;
		needs.programs |= names_program(policy->subjects, policy->n_subjects);
	}
	needs.deny &= !o->dry_run;
	return needs;
}

const char *bw_block_options_unfit(const struct bw_block_options *o, enum bw_hook hook)
{
	const struct bw_hook_needs needs = needs_of(o);

	return bw_hook_unfit(hook, &needs);
}

/* 0: block; BW_EXIT_USAGE, reported. */
static int check_pin_options(const struct bw_block_options *o)
{
	const char *alone = o->status ? "--status" : o->unpin ? "--unpin" : NULL;

	if (alone && (o->rules.n || o->pin || o->self_test || o->common.command || (o->status && o->unpin)))
		return bw_log_error(BW_EXIT_USAGE, "%s blocks nothing: rules, --pin and other options do not fit",
				    alone);
	if (o->json && !o->status)
		return bw_log_error(BW_EXIT_USAGE, "--json goes with --status alone");
	if (o->pin && o->common.command)
		return bw_log_error(BW_EXIT_USAGE,
				    "--pin: the rules of -- COMMAND end with the command, and cannot be pinned");
	if (o->self_test && o->dry_run)
		return bw_log_error(BW_EXIT_USAGE,
				    "--self-test: with --dry-run nothing is denied that could be tested");
	return 0;
}

static int check(const struct bw_block_options *o)
{
	const char *why = o->hook == BW_HOOKS ? NULL : bw_block_options_unfit(o, o->hook);

	if (check_pin_options(o) != 0)
		return BW_EXIT_USAGE;
	if (o->status || o->unpin)
		return 0;
	if (o->rules.n == 0) {
		bw_log_error(BW_EXIT_USAGE, "no rule given");
		bw_log_hint("add --name, --name-glob, --path, --dir or --rules");
		return BW_EXIT_USAGE;
	}
	return why ? bw_common_options_usage_error("--hook", bw_hook_info(o->hook)->word, why) : 0;
}

/* What is mounted beneath a directory would be beside the rule: it is denied with whatever else is. */
static void complete_access(struct bw_block_options *o)
{
	if (!o->access.beneath)
		o->access = bw_access_default;
	if (o->allow_mounts)
		o->access.beneath &= ~(uint32_t)ACCESS_MOUNT;
	else
		o->access.beneath |= ACCESS_MOUNT;
}

int bw_block_options_parse(struct bw_block_options *o, const struct bw_command *command, int argc, char **argv)
{
	int r = bw_common_options_parse(command, &o->common, argc, argv, set_option, o);

	complete_access(o);
	return r == 0 ? check(o) : r;
}

void bw_block_options_free(struct bw_block_options *options)
{
	bw_rules_free(&options->rules);
	while (options->n_subjects > 0)
		free(options->subjects[--options->n_subjects].value);
}

const struct bw_command_option bw_block_options_table[] = {
	{'n', "name", "NAME", "protect files of this name, wherever they are", NULL},
	{OPT_NAME_GLOB, "name-glob", "GLOB",
	 "protect files whose name matches this pattern, as '*.pem', wherever they are", NULL},
	{OPT_PATH, "path", "PATH", "protect this file, under every name, and what is put at this path later",
	 BW_COMPLETE_FILE},
	{OPT_DIR, "dir", "DIR", "protect everything beneath this directory", BW_COMPLETE_FILE},
	{OPT_RULES, "rules", "FILE",
	 "protect what this file lists, a rule a line ('bccwatch rules check FILE' checks it); SIGHUP reads it again",
	 BW_COMPLETE_FILE},
	{'a', "action", "ACTION",
	 "kill the process (default; the open is denied too, where the hook can), or only deny", "kill deny"},
	{OPT_ERRNO, "errno", "NAME", "the error of a denied access (default: EACCES)", BW_POLICY_ERRORS},
	{OPT_DRY_RUN, "dry-run", NULL, "only report what would be denied or killed", NULL},
	{OPT_HOOK, "hook", "HOOK", "lsm, fmod_ret, override or signal; default: the strongest that works",
	 "lsm fmod_ret override signal"},
	{OPT_ACCESS, "access", "LIST",
	 "deny only these operations, as read,write,attr; may be given again (default: opens, create, truncate)",
	 BW_ACCESS_WORDS},
	{OPT_HOLDERS, "holders", "ACTION",
	 "of what has protected files open already: report (default), or deny its reads, writes and mappings as well",
	 "report deny"},
	{OPT_ALLOW_MOUNTS, "allow-mounts", NULL,
	 "let file systems be mounted beneath the directory of --dir; they are protected from then on", NULL},
	{OPT_EXCEPT_UID, "except-uid", "UID", "allow this user, by number or name (the real uid)", BW_COMPLETE_USER},
	{OPT_EXCEPT_EXE, "except-exe", "PATH", "allow the program that is at this path when it is executed; no script",
	 BW_COMPLETE_FILE},
	{OPT_EXCEPT_COMM, "except-comm", "NAME", "allow processes of this name, which any process can choose", NULL},
	{OPT_EXCEPT, "except", "SUBJECT",
	 "allow this subject, as 'unit apt-daily.service': " BW_RULE_SUBJECT_WORDS "; may be given again", NULL},
	{OPT_ONLY, "only", "SUBJECT", "deny only this subject, as 'container any'; may be given again", NULL},
	{OPT_PIN, "pin", "NAME",
	 "pin the rules under this name: they hold without the process; the next --pin NAME takes over", NULL},
	{OPT_STATUS, "status", NULL, "list what is pinned", NULL},
	{OPT_UNPIN, "unpin", "NAME", "end what is pinned under this name", NULL},
	{OPT_JSON, "json", NULL, "with --status: as JSON, an object for each pin", NULL},
	{OPT_SELF_TEST, "self-test", "TIME",
	 "try so often whether the rules are enforced, and attach the program anew if they are not", NULL},
	{OPT_AS_ROOT, "as-root", NULL, "run the command as root, also where sudo was called by another user", NULL},
	BW_COMMON_OPTIONS,
	{0},
};
