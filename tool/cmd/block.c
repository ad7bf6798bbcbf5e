/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/block.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/signals.h"
#include "cmd/common.h"
#include "cmd/watch.h"
#include "engine/build.h"
#include "engine/guard.h"
#include "engine/override.h"
#include "engine/plan.h"
#include "kernel/btf.h"
#include "kernel/kprobe.h"
#include "kernel/lsm.h"
#include "kernel/preempt.h"

enum {
	OPT_PATH = 256,
	OPT_DIR,
	OPT_RULES,
	OPT_ERRNO,
	OPT_DRY_RUN,
	OPT_HOOK,
	OPT_ACCESS,
	OPT_EXCEPT_UID,
	OPT_EXCEPT_EXE,
	OPT_EXCEPT_COMM,
	OPT_ALLOW_MOUNTS
};

enum { EXCEPTIONS_MAX = 1024 };

/* In the order in which they are tried. */
enum hook { HOOK_LSM, HOOK_FMOD_RET, HOOK_OVERRIDE, HOOK_SIGNAL, HOOK_SIGNAL_NAME, HOOKS };

/* --hook signal is two. */
static const char *const hook_words[] = {"lsm", "fmod_ret", "override", "signal", NULL};

#define SIGNAL_BLIND "It refuses nothing: the file is opened, created or emptied before the process dies"
#define PREEMPT_BLIND                                                                                               \
	"This kernel preempts: an open that comes while another is judged on the same CPU is not judged (such are " \
	"counted as missed)"
#define STRING_BLIND "a link or a mount by which the file has another name is not seen"

/* What each is, for the header line, and what it can't do. */
static const struct {
	const char *define, *what, *blind;
	bool refuses;
	bool strings; /* sees only what the system call is given */
} hooks[] = {
	{"HOOK_LSM", "LSM file_open", NULL, true, false},
	{"HOOK_FMOD_RET", "fmod_ret on security_file_open", NULL, true, false},
	{"HOOK_OVERRIDE", "override of the system calls that open",
	 "It sees the name that a call is given: " STRING_BLIND ", io_uring's opens can be killed but not refused",
	 true, true},
	{"HOOK_SIGNAL", "signal from security_file_open", SIGNAL_BLIND "; truncate(2) is not seen", false, false},
	{"HOOK_SIGNAL_NAME", "signal from the kernel's open of a name",
	 SIGNAL_BLIND "; " STRING_BLIND "; truncate(2) is not seen", false, true},
};

struct block {
	struct bw_common common;
	struct bw_rules rules;
	struct bw_guard guard;
	bool deny;	   /* the process lives */
	bool allow_mounts; /* beneath a rule's directory */
	uint32_t error;
	enum hook asked; /* HOOKS: the strongest that works */
	enum hook hook;	 /* the one that is tried, or taken */
	uint32_t uids[EXCEPTIONS_MAX];
	const char *exes[EXCEPTIONS_MAX], *comms[EXCEPTIONS_MAX];
	uint64_t told; /* of the links and renames that were refused */
	struct bw_loaded loaded;
};

static int add_rule(struct block *b, enum bw_rule_kind kind, const char *option, const char *value)
{
	const char *why;
	int r = bw_rules_add(&b->rules, kind, value, &why);

	return r < 0 ? bw_usage_error(option, value, why ? why : strerror(-r)) : 0;
}

static int set_action(struct block *b, const char *value)
{
	static const char *const words[] = {"kill", "deny", NULL};
	int i = bw_common_word("--action", value, words, "it is one of kill, deny");

	if (i < 0)
		return BW_EXIT_USAGE;
	b->deny = i == 1;
	return 0;
}

static int set_errno(struct block *b, const char *value)
{
	static const char *const words[] = {"EACCES", "EPERM", "ENOENT", "EIO", "EROFS", "EBUSY", "ENXIO", NULL};
	static const uint32_t numbers[] = {EACCES, EPERM, ENOENT, EIO, EROFS, EBUSY, ENXIO};
	int i = bw_common_word("--errno", value, words, "it is one of EACCES, EPERM, ENOENT, EIO, EROFS, EBUSY, ENXIO");

	if (i < 0)
		return BW_EXIT_USAGE;
	b->error = numbers[i];
	return 0;
}

static int set_hook(struct block *b, const char *value)
{
	int i = bw_common_word("--hook", value, hook_words, "it is one of lsm, fmod_ret, override, signal");

	if (i < 0)
		return BW_EXIT_USAGE;
	b->asked = (enum hook)i;
	return 0;
}

static int set_access(struct block *b, const char *value)
{
	static const char *const words[] = {"read", "write", "exec", NULL};
	int i = bw_common_word("--access", value, words, "it is one of read, write, exec");

	if (i < 0)
		return BW_EXIT_USAGE;
	b->guard.access |= (uint32_t)ACCESS_READ << i;
	return 0;
}

static int except_comm(struct block *b, const char *value)
{
	if (!*value || strlen(value) > 15)
		return bw_usage_error("--except-comm", value, "a process's name has 1 to 15 bytes");
	b->comms[b->guard.n_comms++] = value;
	return 0;
}

static int add_exception(struct block *b, int id, const char *value)
{
	if (b->guard.n_uids == EXCEPTIONS_MAX || b->guard.n_comms == EXCEPTIONS_MAX ||
	    b->guard.n_exes == EXCEPTIONS_MAX)
		return bw_err(BW_EXIT_USAGE, "more than %d exceptions of a kind", EXCEPTIONS_MAX);
	if (id == OPT_EXCEPT_UID)
		return bw_common_uid("--except-uid", value, &b->uids[b->guard.n_uids++]);
	if (id == OPT_EXCEPT_COMM)
		return except_comm(b, value);
	b->exes[b->guard.n_exes++] = value;
	return 0;
}

static int set_option(void *cookie, int id, const char *value)
{
	struct block *b = cookie;

	switch (id) {
	case 'n':
		return add_rule(b, BW_RULE_NAME, "--name", value);
	case OPT_PATH:
		return add_rule(b, BW_RULE_PATH, "--path", value);
	case OPT_DIR:
		return add_rule(b, BW_RULE_DIR, "--dir", value);
	case OPT_RULES:
		return bw_rules_read(&b->rules, value) < 0 ? BW_EXIT_USAGE : 0;
	case 'a':
		return set_action(b, value);
	case OPT_ERRNO:
		return set_errno(b, value);
	case OPT_DRY_RUN:
		b->guard.dry_run = true;
		return 0;
	case OPT_ALLOW_MOUNTS:
		b->allow_mounts = true;
		return 0;
	case OPT_HOOK:
		return set_hook(b, value);
	case OPT_ACCESS:
		return set_access(b, value);
	case OPT_EXCEPT_UID:
	case OPT_EXCEPT_EXE:
	case OPT_EXCEPT_COMM:
		return add_exception(b, id, value);
	default:
		return BW_EXIT_USAGE;
	}
}

/* What the kind of hook can't do by its nature. NULL: nothing that is asked for. */
static const char *unfit(const struct block *b, enum hook hook)
{
	if (!hooks[hook].refuses && b->deny && !b->guard.dry_run)
		return "it can't refuse an open: --action deny needs lsm, fmod_ret or override";
#ifndef __x86_64__
	if (hook == HOOK_OVERRIDE)
		return "block.c knows the system calls of x86-64 alone";
#endif
	if (hooks[hook].strings && b->rules.of_kind[BW_RULE_PATH] + b->rules.of_kind[BW_RULE_DIR] > 0)
		return "it sees the names that calls are given, and not the files: --path and --dir need lsm, fmod_ret "
		       "or signal";
	if (hook == HOOK_SIGNAL_NAME && b->guard.n_exes > 0)
		return "it can't tell programs: --except-exe needs another hook";
	return NULL;
}

static int check_usage(struct block *b)
{
	const char *why;

	if (b->rules.n == 0)
		return bw_err(BW_EXIT_USAGE, "what is forbidden? --name, --path, --dir or --rules says it");
	why = b->asked == HOOKS ? NULL : unfit(b, b->asked);
	if (why)
		return bw_usage_error("--hook", hook_words[b->asked], why);
	return 0;
}

static int define(struct bw_source *source, bool wanted, const char *name)
{
	return wanted ? bw_source_define(source, name) : 0;
}

/* Kernels differ in the parameters of one function that block.c hooks (and distributions' from those of their version).
 */
static bool has_idmap(enum hook hook)
{
	BW_CLEANUP(bw_btf_close) struct btf *btf = NULL;
	const char *function = hook == HOOK_LSM ? "bpf_lsm_inode_setattr" : "security_inode_setattr";

	return (hook == HOOK_LSM || hook == HOOK_FMOD_RET) && bw_btf_open(BW_BTF_PATH, &btf) == 0 &&
	       bw_btf_parameters(btf, function) == 3;
}

static int build(const struct block *b, struct bw_source *source, enum hook hook, int signal_fd, struct bw_image *image)
{
	const struct bw_guard *g = &b->guard;
	const bool by_file = b->rules.of_kind[BW_RULE_PATH] + b->rules.of_kind[BW_RULE_DIR] > 0;
	int r = define(source, true, hooks[hook].define);

	if (r == 0)
		r = define(source, b->rules.of_kind[BW_RULE_NAME] > 0, "BY_NAME");
	if (r == 0)
		r = define(source, b->rules.of_kind[BW_RULE_PATH] > 0, "BY_PATH");
	if (r == 0)
		r = define(source, b->rules.of_kind[BW_RULE_DIR] > 0, "BY_DIR");
	if (r == 0)
		r = define(source, b->rules.of_kind[BW_RULE_DIR] > 0 && !b->allow_mounts, "DENY_MOUNTS");
	if (r == 0)
		r = define(source, g->n_uids > 0, "EXCEPT_UID");
	if (r == 0)
		r = define(source, g->n_comms > 0, "EXCEPT_COMM");
	if (r == 0)
		r = define(source, g->n_exes > 0, "EXCEPT_EXE");
	if (r == 0)
		r = define(source, by_file && has_idmap(hook), "SETATTR_IDMAP");
	/* A kernel without 32-bit calls has no such functions to attach to. */
	if (r == 0)
		r = define(source, hook == HOOK_OVERRIDE && bw_kprobe_try("__ia32_compat_sys_openat") == 0, "IA32");
	return r == 0 ? bw_build(source, !b->common.no_cache, signal_fd, image) : r;
}

/* Of the hook that is tried. NULL: nothing. */
static const char *blindness(const struct block *b)
{
	return b->hook == HOOK_FMOD_RET && bw_kernel_preempts("") ? PREEMPT_BLIND : hooks[b->hook].blind;
}

static void print_header(const struct block *b)
{
	const struct bw_rule *first = &b->rules.rules[0];
	const char *blind = blindness(b);
	const char *what = b->guard.dry_run ? "it is only told, nobody is stopped"
			   : b->deny	    ? "it will be denied"
					    : "offending processes will be killed";

	bw_note("Hook: %s.%s%s%s", hooks[b->hook].what, blind ? " " : "", blind ? blind : "", blind ? "." : "");
	if (b->rules.n == 1)
		bw_note("Watching opens %s '%s': %s. Ctrl-C ends.", first->kind == BW_RULE_DIR ? "beneath" : "of",
			first->value, what);
	else
		bw_note("Watching opens of what %zu rules name: %s. Ctrl-C ends.", b->rules.n, what);
}

static int on_ready(void *cookie)
{
	struct block *b = cookie;
	int r = bw_guard_start(&b->guard, &b->loaded);

	if (r == 0)
		print_header(b);
	return r;
}

static void on_closing(void *cookie, char *words, size_t size)
{
	const struct block *b = cookie;

	snprintf(words, size, "%llu accesses %s, %llu of them since they could not be judged, %llu not stopped; ",
		 (unsigned long long)bw_guard_judged(&b->loaded, OUTCOME_DENIED),
		 b->guard.dry_run ? "would have been stopped" : "stopped",
		 (unsigned long long)bw_guard_judged(&b->loaded, OUTCOME_UNKNOWN),
		 (unsigned long long)bw_guard_judged(&b->loaded, OUTCOME_FAILED));
	if (bw_guard_judged(&b->loaded, OUTCOME_UNLEARNED) > 0)
		bw_note("%llu links or renames were refused: there was no place to learn of them.",
			(unsigned long long)bw_guard_judged(&b->loaded, OUTCOME_UNLEARNED));
}

static void on_mounts(void *cookie)
{
	struct block *b = cookie;

	bw_guard_update(&b->guard);
}

/* What else does not show as a line, while it goes on. */
static void on_second(void *cookie)
{
	struct block *b = cookie;
	uint64_t n = bw_guard_judged(&b->loaded, OUTCOME_UNLEARNED);

	if (n > b->told)
		bw_note("Refused %llu links or renames: there is no place left to learn which files to guard.",
			(unsigned long long)(n - b->told));
	b->told = n;
}

/* BW_EXIT_*, or -errno where the run did not begin. */
static int enforce(struct block *b, struct bw_source *source, struct bw_image *image, const struct bw_plan *plan,
		   int signal_fd)
{
	const struct bw_watch watch = {
		.loaded = &b->loaded,
		.pages = (uint32_t)b->common.pages,
		.seconds = b->common.seconds,
		.signal_fd = signal_fd,
		.fail_on_loss = b->common.fail_on_loss,
		.needs_reader = true,
		.goes_on = true,
		.counters = true,
		.sentence = {.before = "tried to",
			     .verb = "operation",
			     .object = "forbidden file",
			     .after = ",",
			     .then = "outcome"},
		.ready = on_ready,
		.urgent_fd = b->guard.mounts_fd,
		.urgent = on_mounts,
		.second = on_second,
		.closing = on_closing,
		.cookie = b,
	};
	int r;

	b->guard.refuses = hooks[b->hook].refuses;
	b->guard.error = b->guard.refuses && !b->guard.dry_run ? b->error : 0;
	b->guard.kill = !b->deny;
	bw_guard_size(&b->guard, image);
	r = bw_common_load(&b->loaded, image, plan, source, signal_fd);
	if (r == 0)
		r = bw_watch_run(&watch);
	bw_guard_free(&b->guard);
	bw_loaded_free(&b->loaded);
	return r;
}

/* Is this what the next hook may do better? */
static bool is_tried_on(const struct block *b, int r)
{
	return r < 0 && r != -EINTR && !b->guard.final;
}

/* What is wrong with a source no other hook mends. */
static int build_or_fail(struct block *b, struct bw_source *source, int signal_fd, struct bw_image *image)
{
	bool trying = bw_trying;
	int r;

	bw_trying = false;
	r = build(b, source, b->hook, signal_fd, image);
	bw_trying = trying;
	b->guard.final = r < 0;
	return r;
}

/* What is known before anything is compiled. */
static int check_kernel(const struct block *b, const struct bw_source *source)
{
	if (b->hook == HOOK_OVERRIDE)
		return bw_override_available(source->path);
	if (b->hook == HOOK_FMOD_RET && b->asked == HOOKS && bw_kernel_preempts(""))
		return bw_err(-ENOTSUP, "fmod_ret: " PREEMPT_BLIND "; --hook fmod_ret takes it all the same");
	if (b->hook == HOOK_LSM && bw_lsm_active("", "bpf") == 0)
		return bw_err(-ENOTSUP, "bpf is not among the kernel's security modules (" BW_LSM_LIST ")");
	return 0;
}

static int try_hook(struct block *b, struct bw_source *source, int signal_fd)
{
	BW_CLEANUP(bw_image_free) struct bw_image image = {0};
	BW_CLEANUP(bw_plan_free) struct bw_plan plan = {0};
	const struct bw_binding *failed = NULL;
	int r = check_kernel(b, source);

	if (r == 0)
		r = build_or_fail(b, source, signal_fd, &image);
	if (r < 0)
		return r;
	r = bw_plan_complete(&plan, &image);
	if (r == 0)
		r = bw_plan_check(&plan, &image, &failed);
	if (failed)
		bw_plan_explain(failed, r);
	if (r < 0)
		return r;
	do {
		r = enforce(b, source, &image, &plan, signal_fd);
	} while (r == -E2BIG && bw_guard_grow(&b->guard));
	if (r == -E2BIG)
		bw_err(r, "more files and directories are to be guarded than a map can take");
	if (r == -ENOTSUP)
		bw_err(r, "%s: loaded, but a try of it stopped nothing: this kernel does not call it",
		       hooks[b->hook].what);
	return r;
}

/* The strongest hook that works. */
static int block_files(struct block *b, int signal_fd)
{
	BW_CLEANUP(bw_source_free) struct bw_source source = {0};
	enum hook first = b->asked == HOOKS ? HOOK_LSM : b->asked;
	enum hook last = b->asked == HOOKS || b->asked == HOOK_SIGNAL ? HOOK_SIGNAL_NAME : b->asked;
	int r = bw_common_source(&b->common, "block.c", &source);
	const size_t own = source.n_flags;

	if (r == 0)
		r = bw_guard_check(&b->guard);
	if (r < 0)
		return r;
	while (last > first && unfit(b, last))
		last--;
	for (b->hook = first; b->hook <= last; b->hook++) {
		if (unfit(b, b->hook))
			continue;
		bw_trying = b->asked == HOOKS || b->hook < last;
		r = try_hook(b, &source, signal_fd);
		while (source.n_flags > own)
			bw_source_undefine(&source);
		bw_trying = false;
		if (!is_tried_on(b, r) || b->hook == last)
			break;
	}
	if (!is_tried_on(b, r) || b->asked != HOOKS)
		return r;
	bw_err(r, "nothing here can enforce this: none of the hooks that could works");
	bw_hint("-v says why. A BPF LSM needs lsm=...,bpf among the kernel's boot parameters.");
	return r;
}

static int run(const struct bw_command *command, int argc, char **argv)
{
	struct block b = {.common = BW_COMMON_DEFAULTS, .error = EACCES, .asked = HOOKS, .guard = BW_GUARD_DEFAULTS};
	BW_FD int signal_fd = -1;
	int r = bw_common_parse(command, &b.common, argc, argv, set_option, &b);

	b.guard.rules = &b.rules;
	b.guard.uids = b.uids;
	b.guard.exes = b.exes;
	b.guard.comms = b.comms;
	b.guard.access = b.guard.access ? b.guard.access : ACCESS_ANY;
	if (r == 0)
		r = check_usage(&b);
	if (r == 0) {
		tzset();
		signal_fd = bw_signals_open();
		r = signal_fd < 0 ? bw_err(signal_fd, "can't receive signals: %s", strerror(-signal_fd))
				  : bw_common_privilege("block");
		if (r == 0)
			r = block_files(&b, signal_fd);
		r = r == -EINTR ? BW_EXIT_OK : r < 0 ? BW_EXIT_FAILED : r;
	}
	bw_guard_close(&b.guard);
	bw_rules_free(&b.rules);
	return r < 0 ? BW_EXIT_OK : r;
}

static const struct bw_option options[] = {
	{'n', "name", "NAME", "forbid files of this name, wherever they are", NULL},
	{OPT_PATH, "path", "PATH", "forbid this file, under every name, and what is put at this path later",
	 BW_COMPLETE_FILE},
	{OPT_DIR, "dir", "DIR", "forbid everything beneath this folder", BW_COMPLETE_FILE},
	{OPT_RULES, "rules", "FILE", "forbid what this file lists: a line for each name, path or dir",
	 BW_COMPLETE_FILE},
	{'a', "action", "ACTION", "kill (default: and refuse, where the hook can), or deny", "kill deny"},
	{OPT_ERRNO, "errno", "NAME", "the error of a refused access (default: EACCES)",
	 "EACCES EPERM ENOENT EIO EROFS EBUSY ENXIO"},
	{OPT_DRY_RUN, "dry-run", NULL, "only tell what would be stopped", NULL},
	{OPT_HOOK, "hook", "HOOK", "lsm, fmod_ret, override or signal; default: the strongest that works",
	 "lsm fmod_ret override signal"},
	{OPT_ACCESS, "access", "ACCESS", "forbid only to read, write or exec; may be given again (default: all)",
	 "read write exec"},
	{OPT_ALLOW_MOUNTS, "allow-mounts", NULL,
	 "let file systems be mounted beneath the directory of --dir; they are guarded from then on", NULL},
	{OPT_EXCEPT_UID, "except-uid", "UID", "but not to this user, by number or name (the real one)",
	 BW_COMPLETE_USER},
	{OPT_EXCEPT_EXE, "except-exe", "PATH", "but not to this program", BW_COMPLETE_FILE},
	{OPT_EXCEPT_COMM, "except-comm", "NAME", "but not to processes of this name, which they can choose", NULL},
	BW_COMMON_OPTIONS,
	{0},
};

const struct bw_command bw_block_command = {
	.name = "block",
	.summary = "Stop who opens a forbidden file",
	.options = options,
	.run = run,
};
