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
#include "build/build.h"
#include "cmd/block_options.h"
#include "cmd/block_report.h"
#include "cmd/watch.h"
#include "enforce/enforcement.h"
#include "enforce/hook_trial.h"
#include "kernel/perf_kprobe.h"
#include "program/plan.h"

struct block {
	const struct bw_block_options *options;
	struct bw_enforcement enforcement;
	int signal_fd;
	struct bw_source source;
	enum bw_hook hook; /* the one that is tried, or taken */
	/* For that hook: */
	struct bw_image image;
	struct bw_plan plan;
	struct bw_loaded loaded;
	struct bw_watch watch;
	uint64_t reported_refused; /* links and renames */
};

/* Which rules there are, and what they deny. */
static int define_rules(struct block *b)
{
	const struct bw_block_options *o = b->options;
	const bool by_dir = o->rules.of_kind[BW_RULE_DIR] > 0, by_path = o->rules.of_kind[BW_RULE_PATH] > 0;
	const uint32_t denied = by_dir ? o->access.beneath : o->access.file;
	const struct bw_source_macro macros[] = {
		{o->rules.of_kind[BW_RULE_NAME] > 0, "BY_NAME"},
		{by_path, "BY_PATH"},
		{by_dir, "BY_DIR"},
		{(by_path || by_dir) && o->access.ancestor, "BY_ANCESTOR"},
		{denied & ACCESS_MOUNT, "DENY_MOUNTS"},
		{denied & ACCESS_DELETE, "DENY_DELETE"},
		{denied & ACCESS_RENAME, "DENY_RENAME"},
		{denied & ACCESS_REPLACE, "DENY_REPLACE"},
		{denied & (ACCESS_LINK | ACCESS_LINK_TO), "DENY_LINK"},
		{denied & ACCESS_RESIZE, "DENY_RESIZE"},
		{denied & ACCESS_ATTR, "DENY_ATTR"},
		{denied & ACCESS_STAT, "DENY_STAT"},
		{denied & ACCESS_MMAP, "DENY_MMAP"},
		{o->n_uids > 0, "EXCEPT_UID"},
		{o->n_comms > 0, "EXCEPT_COMM"},
		{o->n_exes > 0, "EXCEPT_EXE"},
	};

	return bw_source_define_wanted(&b->source, macros, sizeof(macros) / sizeof(*macros));
}

/* What the kernel has: without 32-bit calls, for instance, there are no such functions to attach to. */
static int define_kernel(struct block *b)
{
	const bool override = b->hook == BW_HOOK_OVERRIDE;
	const struct bw_source_macro macros[] = {
		{bw_hook_parameters(b->hook, "inode_setattr") == 3, "SETATTR_IDMAP"},
		{bw_hook_parameters(b->hook, "inode_set_acl") > 0, "HAS_ACL"},
		{bw_hook_parameters(b->hook, "file_ioctl_compat") > 0, "HAS_COMPAT_IOCTL"},
		{override ? bw_perf_kprobe_try("__x64_sys_file_setattr") == 0
			  : bw_hook_parameters(b->hook, "inode_file_setattr") > 0,
		 "HAS_FILE_SETATTR"},
		{override && bw_perf_kprobe_try("__x64_sys_fchmodat2") == 0, "HAS_FCHMODAT2"},
		{override && bw_perf_kprobe_try("__x64_sys_setxattrat") == 0, "HAS_SETXATTRAT"},
		{override && bw_perf_kprobe_try("__ia32_compat_sys_openat") == 0, "IA32"},
	};

	return bw_source_define_wanted(&b->source, macros, sizeof(macros) / sizeof(*macros));
}

/* Compiles block.c for the hook. What is wrong with the source no other hook fixes. */
static int build(struct block *b)
{
	int r = bw_source_define(&b->source, bw_hook_info(b->hook)->macro);

	if (r == 0)
		r = define_rules(b);
	if (r == 0)
		r = define_kernel(b);
	if (r == 0)
		r = bw_build(&b->source, !b->options->common.no_cache, b->signal_fd, &b->image);
	return r == 0 ? bw_enforcement_check_maps(&b->enforcement, &b->image) : r;
}

static int plan(struct block *b)
{
	const struct bw_plan_binding *failed = NULL;
	int r = bw_plan_complete(&b->plan, &b->image);

	if (r == 0)
		r = bw_plan_check(&b->plan, &b->image, &failed);
	if (failed)
		bw_plan_explain(failed, r);
	return r;
}

static void on_mounts(void *cookie)
{
	struct block *b = cookie;

	bw_enforcement_update(&b->enforcement);
}

/* What does not show as an event, while it goes on. */
static void report_refused(void *cookie)
{
	struct block *b = cookie;
	uint64_t n = bw_enforcement_count(&b->loaded, OUTCOME_UNLEARNED);

	if (n > b->reported_refused)
		bw_log_note("Refused %llu links or renames: the map of protected files is full.",
			    (unsigned long long)(n - b->reported_refused));
	b->reported_refused = n;
}

static void prepare(struct block *b)
{
	const struct bw_block_options *o = b->options;
	struct bw_enforcement *e = &b->enforcement;

	e->denies = bw_hook_info(b->hook)->denies;
	e->error = e->denies && !o->dry_run ? o->error : 0;
	bw_enforcement_size(e, &b->image);
	b->watch = (struct bw_watch){
		.loaded = &b->loaded,
		.pages = (uint32_t)o->common.pages,
		.seconds = o->common.seconds,
		.signal_fd = b->signal_fd,
		.fail_on_loss = o->common.fail_on_loss,
		.needs_reader = true,
		.goes_on = true,
		.counters = true,
		.sentence = {.before = "tried to",
			     .verb = "operation",
			     .object = "forbidden file",
			     .after = ",",
			     .then = "outcome"},
		.urgent_fd = e->mounts_fd,
		.urgent = on_mounts,
		.second = report_refused,
		.cookie = b,
	};
}

/* Loads and attaches the program, and tries it. explain: to say what the verifier refuses it is compiled again. */
static int open_hook(struct block *b, bool explain)
{
	int r;

	prepare(b);
	r = explain ? bw_common_options_load(&b->loaded, &b->image, &b->plan, &b->source, b->signal_fd)
		    : bw_load(&b->loaded, &b->image, &b->plan, NULL);
	if (r == 0)
		r = bw_watch_open(&b->watch);
	if (r == 0)
		r = bw_hook_trial_run(&b->enforcement, &b->loaded);
	if (r == -ENOTSUP)
		bw_log_error(r, "cannot use the hook '%s': it was attached, but the test access was not denied",
			     bw_hook_info(b->hook)->name);
	return r;
}

static void close_hook(struct block *b)
{
	bw_watch_close(&b->watch);
	bw_enforcement_reset(&b->enforcement);
	bw_loaded_free(&b->loaded);
}

static void free_build(struct block *b)
{
	bw_plan_free(&b->plan);
	bw_image_free(&b->image);
}

/* *fatal: another hook would not do better. Where another may, messages are held, and dropped. */
static int try_hook(struct block *b, bool may_try_other, bool *fatal)
{
	struct bw_log_held held = {0}, *outer = may_try_other ? bw_log_hold(&held) : NULL;
	int r = bw_hook_check(b->hook, b->options->hook != BW_HOOKS, b->source.path);

	if (r == 0) {
		r = build(b);
		*fatal = r < 0;
	}
	if (r == 0)
		r = plan(b);
	if (r == 0)
		r = open_hook(b, !may_try_other);
	if (r == -EINTR)
		*fatal = true;
	if (may_try_other)
		bw_log_hold(outer);
	if (*fatal)
		bw_log_show(&held);
	bw_log_free(&held);
	return r;
}

/* The strongest hook that works, or the one that was asked for. It is attached, and enforces nothing yet. */
static int choose_hook(struct block *b)
{
	const enum bw_hook asked = b->options->hook;
	enum bw_hook first = asked == BW_HOOKS ? BW_HOOK_LSM : asked;
	enum bw_hook last = asked == BW_HOOKS || asked == BW_HOOK_SIGNAL ? BW_HOOK_SIGNAL_NAME : asked;
	const size_t own_flags = b->source.n_flags;
	bool fatal = false;
	int r = -ENOTSUP;

	while (last > first && bw_block_options_unfit(b->options, last))
		last--;
	for (b->hook = first; b->hook <= last; b->hook++) {
		if (bw_block_options_unfit(b->options, b->hook))
			continue;
		r = try_hook(b, asked == BW_HOOKS || b->hook < last, &fatal);
		if (r == 0 || fatal)
			return r;
		close_hook(b);
		free_build(b);
		while (b->source.n_flags > own_flags)
			bw_source_undefine(&b->source);
	}
	if (asked != BW_HOOKS)
		return r;
	bw_log_error(r, "cannot enforce the rules: no hook that could do it works on this kernel");
	bw_log_hint(
		"-v prints the reason for each hook; a BPF LSM needs lsm=...,bpf among the kernel's boot parameters");
	return r;
}

/* Puts the rules in force. Where a map is too small for what they protect, all begins again with larger ones. */
static int enforce(struct block *b)
{
	int r = bw_enforcement_start(&b->enforcement);

	while (r == -E2BIG && bw_enforcement_grow(&b->enforcement)) {
		close_hook(b);
		r = open_hook(b, true);
		if (r == 0)
			r = bw_enforcement_start(&b->enforcement);
	}
	if (r == -E2BIG)
		bw_log_error(r, "cannot protect all files and directories: a map is full");
	return r;
}

static int open_block(struct block *b)
{
	int r = bw_common_options_source(&b->options->common, "block.c", &b->source);

	if (r == 0)
		r = bw_enforcement_check(&b->enforcement);
	return r == 0 ? choose_hook(b) : r;
}

static void close_block(struct block *b)
{
	close_hook(b);
	free_build(b);
	bw_source_free(&b->source);
	bw_enforcement_free(&b->enforcement);
}

static struct block new_block(const struct bw_block_options *o, int signal_fd)
{
	return (struct block){.options = o,
			      .signal_fd = signal_fd,
			      .enforcement = {.rules = &o->rules,
					      .exes = o->exes,
					      .n_exes = o->n_exes,
					      .comms = o->comms,
					      .n_comms = o->n_comms,
					      .uids = o->uids,
					      .n_uids = o->n_uids,
					      .access = o->access,
					      .kill = !o->deny,
					      .dry_run = o->dry_run,
					      .mounts_fd = -1}};
}

/* BW_EXIT_* */
static int block_files(struct block *b)
{
	char summary[256];
	int r = open_block(b);

	if (r == 0)
		r = enforce(b);
	if (r == -EINTR)
		return BW_EXIT_OK; /* ended before it began */
	if (r < 0)
		return BW_EXIT_FAILED;
	bw_block_report_header(b->options, b->hook);
	r = bw_watch_run(&b->watch);
	bw_block_report_summary(b->options, b->hook, &b->loaded, summary, sizeof(summary));
	if (r == -EPIPE)
		bw_log_error(r, "enforcement has ended: the reader of stdout closed it");
	return bw_watch_finish(&b->watch, r, summary);
}

int bw_block_try(int signal_fd, const char **hook)
{
	struct bw_block_options options = BW_BLOCK_OPTIONS_DEFAULTS;
	struct block b;
	const char *why;
	int r = bw_rules_add(&options.rules, BW_RULE_NAME, "bccwatch-doctor", &why);

	options.access = bw_access_default;
	b = new_block(&options, signal_fd);

	if (r == 0)
		r = open_block(&b);
	if (r == 0)
		r = enforce(&b);
	*hook = r == 0 ? bw_hook_info(b.hook)->name : "";
	close_block(&b);
	bw_block_options_free(&options);
	return r;
}

static int run_with(const struct bw_block_options *options)
{
	BW_FD int signal_fd = bw_signals_open();
	struct block b = new_block(options, signal_fd);
	int r;

	if (signal_fd < 0)
		return bw_log_error(BW_EXIT_FAILED, "cannot receive signals: %s", strerror(-signal_fd));
	if (bw_common_options_privilege("block") < 0)
		return BW_EXIT_FAILED;
	tzset();
	r = block_files(&b);
	close_block(&b);
	return r;
}

static int run(const struct bw_command *command, int argc, char **argv)
{
	struct bw_block_options options = BW_BLOCK_OPTIONS_DEFAULTS;
	int r = bw_block_options_parse(&options, command, argc, argv);

	if (r == 0)
		r = run_with(&options);
	bw_block_options_free(&options);
	return r < 0 ? BW_EXIT_OK : r;
}

const struct bw_command bw_block_command = {
	.name = "block",
	.summary = "Deny access to files, or kill who tries",
	.options = bw_block_options_table,
	.run = run,
};
