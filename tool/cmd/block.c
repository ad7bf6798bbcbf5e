/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/block.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/signals.h"
#include "cmd/block_command.h"
#include "cmd/block_holders.h"
#include "cmd/block_options.h"
#include "cmd/block_pin.h"
#include "cmd/block_program.h"
#include "cmd/block_reload.h"
#include "cmd/block_report.h"
#include "cmd/block_self_test.h"
#include "cmd/block_status.h"
#include "cmd/watch.h"
#include "enforce/hook_trial.h"
#include "enforce/subject_cgroups.h"
#include "enforce/subject_children.h"
#include "process/command.h"
#include "process/process.h"

struct block {
	const struct bw_block_options *options;
	struct bw_block_run run;
	struct bw_command_run command; /* the rules hold for it and its children; argv NULL: for all */
	uint64_t reported_refused;     /* links and renames */
	uint64_t reported_unplaced;    /* directories */
	bool reported_tree;	       /* that it is full */
	struct bw_block_self_test self_test;
};

static void on_mounts(void *cookie)
{
	struct block *b = cookie;

	bw_enforcement_update(&b->run.program->enforcement);
}

static void on_arrival(void *cookie)
{
	struct block *b = cookie;

	bw_enforcement_arrive(&b->run.program->enforcement);
}

static void on_hangup(void *cookie)
{
	struct block *b = cookie;

	bw_block_reload(&b->run);
}

/* What does not show as an event, while it goes on. */
static void report_refused(struct block *b)
{
	uint64_t n = bw_block_reload_count(&b->run, OUTCOME_UNLEARNED);
	uint64_t unplaced = bw_block_reload_count(&b->run, OUTCOME_UNPLACED);

	if (n > b->reported_refused)
		bw_block_report_full(&b->run.program->loaded, n - b->reported_refused);
	if (unplaced > b->reported_unplaced)
		bw_log_note("Not protected: %llu directories that rules wait for: the map of directories is full.",
			    (unsigned long long)(unplaced - b->reported_unplaced));
	b->reported_refused = n;
	b->reported_unplaced = unplaced;
}

static void every_second(void *cookie)
{
	struct block *b = cookie;

	report_refused(b);
	if (b->command.argv)
		bw_block_command_report(&b->run.program->loaded, &b->reported_tree);
	bw_subject_cgroups_update(&b->run.program->enforcement);
	bw_subject_children_update(&b->run.program->enforcement);
	bw_block_self_test_attend(&b->self_test, &b->run);
}

static void prepare(struct block *b)
{
	const struct bw_block_options *o = b->options;
	struct bw_block_program *p = b->run.program;

	bw_block_program_prepare(p);
	b->run.watch = (struct bw_watch){
		.loaded = &p->loaded,
		.pages = (uint32_t)o->common.pages,
		.duration = o->common.duration,
		.signal_fd = p->signal_fd,
		.fail_on_loss = o->common.fail_on_loss,
		.needs_reader = true,
		.goes_on = true,
		.counters = true,
		.sentence = {.before = "tried to",
			     .verb = "operation",
			     .object = "forbidden file",
			     .after = ",",
			     .then = "outcome",
			     .any_time = o->pin,
			     .trailer = bw_block_reload_trailer(&b->run, b->run.generation)},
		.urgent_fd = p->enforcement.mounts_fd,
		.urgent = on_mounts,
		.extra_fd = p->enforcement.waiting_fd,
		.extra = on_arrival,
		.second = every_second,
		.hangup = on_hangup,
		.keeper = o->pin ? &b->run.keeper : NULL,
		.command = b->command.argv ? &b->command : NULL,
		.cookie = b,
	};
}

/* Loads and attaches the program, and tries it. explain: to say what the verifier refuses it is compiled again. */
static int open_hook(struct block *b, bool explain)
{
	struct bw_block_program *p = b->run.program;
	const struct bw_load_shared *shared = bw_block_pin_shared(&b->run);
	int r;

	prepare(b);
	r = explain ? bw_common_options_load(&p->loaded, &p->image, &p->plan, &b->run.source, p->signal_fd, shared)
		    : bw_load_sharing(&p->loaded, &p->image, &p->plan, NULL, shared);
	if (r == 0)
		r = bw_watch_open(&b->run.watch);
	if (r == 0)
		r = bw_hook_trial_run(&p->enforcement, &p->loaded);
	if (r == -ENOTSUP)
		bw_log_error(r, "cannot use the hook '%s': it was attached, but the test access was not denied",
			     bw_hook_info(p->hook)->name);
	return r;
}

static void close_hook(struct block *b)
{
	bw_watch_close(&b->run.watch);
	bw_block_program_unload(b->run.program);
}

/* *fatal: another hook would not do better. Where another may, messages are held, and dropped. */
static int try_hook(struct block *b, bool may_try_other, bool *fatal)
{
	struct bw_log_held held = {0}, *outer = may_try_other ? bw_log_hold(&held) : NULL;
	struct bw_block_program *p = b->run.program;
	int r = bw_hook_check(p->hook, b->options->hook != BW_HOOKS, b->run.source.path);

	if (r == 0)
		r = bw_block_program_build(p, &b->run.source, b->run.own_flags, fatal);
	if (r == 0) {
		r = bw_pin_check_layout(&b->run.pin, &p->image);
		*fatal = r < 0;
	}
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
	enum bw_hook *hook = &b->run.program->hook;
	bool fatal = false;
	int r = -ENOTSUP;

	while (last > first && bw_block_options_unfit(b->options, last))
		last--;
	b->run.own_flags = b->run.source.n_flags;
	for (*hook = first; *hook <= last; ++*hook) {
		if (bw_block_options_unfit(b->options, *hook))
			continue;
		r = try_hook(b, asked == BW_HOOKS || *hook < last, &fatal);
		if (r == 0 || fatal)
			return r;
		close_hook(b);
		bw_block_program_free_build(b->run.program);
	}
	if (asked != BW_HOOKS)
		return r;
	bw_log_error(r, "cannot enforce the rules: no hook that could do it works on this kernel");
	bw_log_hint(
		"-v prints the reason for each hook; a BPF LSM needs lsm=...,bpf among the kernel's boot parameters");
	return r;
}

static int start(struct block *b)
{
	int r = bw_enforcement_start(&b->run.program->enforcement);

	return r == 0 ? bw_block_pin_learn(&b->run) : r;
}

/* Puts the rules in force. Where a map is too small for what they protect, all begins again with larger ones. */
static int enforce(struct block *b)
{
	struct bw_enforcement *e = &b->run.program->enforcement;
	int r = start(b);

	while (r == -E2BIG && bw_enforcement_grow(e)) {
		close_hook(b);
		r = open_hook(b, true);
		if (r == 0)
			r = start(b);
	}
	if (r == -E2BIG)
		bw_log_error(r, "cannot protect all files and directories: a map is full");
	return r == 0 ? bw_block_pin_put(&b->run, b->run.program, &b->run.watch.session.attached, b->run.generation)
		      : r;
}

static int open_block(struct block *b)
{
	int r = bw_block_pin_open(&b->run);

	if (r == 0)
		r = bw_common_options_source(&b->options->common, "block.c", &b->run.source);
	if (r == 0)
		r = bw_block_program_check(b->run.program);
	return r == 0 ? choose_hook(b) : r;
}

static void close_block(struct block *b)
{
	bw_watch_close(&b->run.watch);
	bw_command_close(&b->command);
	bw_block_program_free(b->run.program);
	free(b->run.program);
	bw_block_pin_close(&b->run);
	bw_source_free(&b->run.source);
}

/* 0 or -ENOMEM, reported. */
static int init(struct block *b, const struct bw_block_options *o, int signal_fd)
{
	*b = (struct block){.options = o,
			    .command = {.argv = o->common.command,
					.as_root = o->as_root,
					.stdout_to_stderr = true,
					.keeps_hangup = true},
			    .run = {.generation = 1, .program = malloc(sizeof(*b->run.program)), .pin = BW_PIN_NONE}};
	if (!b->run.program)
		return bw_log_error(-ENOMEM, "cannot begin: %s", strerror(ENOMEM));
	bw_block_program_init(b->run.program, o, BW_HOOK_LSM, signal_fd);
	return 0;
}

/* BW_EXIT_* */
static int finish(struct block *b, int r)
{
	uint64_t outcomes[OUTCOMES];
	char summary[512];

	for (uint32_t i = 0; i < OUTCOMES; i++)
		outcomes[i] = bw_block_reload_count(&b->run, i);
	bw_block_report_summary(b->options, b->run.program->hook, outcomes,
				b->options->n_files || b->options->pin ? b->run.generation : 0, summary,
				sizeof(summary));
	if (r == -EPIPE)
		bw_log_error(r, "%s: the reader of stdout closed it",
			     b->options->pin ? "nobody watches any more" : "enforcement has ended");
	r = bw_watch_finish(&b->run.watch, r, summary);
	return r == BW_EXIT_OK && b->self_test.degraded ? BW_EXIT_FAILED : r;
}

/* BW_EXIT_* */
static int block_files(struct block *b)
{
	int r = open_block(b);

	if (r == 0)
		r = enforce(b);
	if (r == 0 && b->command.argv)
		r = bw_block_command_start(&b->command, &b->run.program->loaded);
	if (r < 0 && b->command.argv)
		return bw_command_status(&b->command);
	if (r == -EINTR)
		return BW_EXIT_OK; /* ended before it began */
	if (r < 0)
		return BW_EXIT_FAILED;
	bw_block_report_literal_names(&b->options->rules);
	bw_block_report_waiting(&b->run.program->enforcement);
	bw_block_holders_report(b->options, "");
	bw_block_pin_report(&b->run);
	bw_block_report_header(b->options, b->run.program->hook);
	return finish(b, bw_watch_run(&b->run.watch));
}

int bw_block_try(int signal_fd, const char **hook)
{
	struct bw_block_options options = BW_BLOCK_OPTIONS_DEFAULTS;
	struct block b;
	const char *why;
	int r = bw_rules_add(&options.rules, BW_RULE_NAME, "bccwatch-doctor", &why);

	*hook = "";
	options.access = bw_access_default;
	if (r == 0)
		r = init(&b, &options, signal_fd);
	if (r == 0) {
		r = open_block(&b);
		if (r == 0)
			r = enforce(&b);
		if (r == 0)
			*hook = bw_hook_info(b.run.program->hook)->name;
		close_block(&b);
	}
	bw_block_options_free(&options);
	return r;
}

/* SIGHUP never ends the enforcement: it asks for a reload, from the start on. */
static int open_signals(void)
{
	int fd = bw_signals_open(), r = fd < 0 ? fd : bw_signals_handle(fd, SIGHUP);

	if (r < 0)
		return bw_log_error(r, "cannot receive signals: %s", strerror(-r));
	return fd;
}

static int run_with(const struct bw_block_options *options)
{
	BW_FD int signal_fd = open_signals();
	struct block b;
	int r;

	r = signal_fd < 0 ? signal_fd : bw_common_options_privilege("block");
	if (r == 0 && options->common.command)
		r = bw_process_check_numbers("", "-- COMMAND");
	if (r == 0)
		r = init(&b, options, signal_fd);
	if (r != 0)
		return options->common.command ? BW_COMMAND_FAILED : BW_EXIT_FAILED;
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
		r = options.status || options.unpin ? bw_block_status(&options) : run_with(&options);
	bw_block_options_free(&options);
	return r < 0 ? BW_EXIT_OK : r;
}

const struct bw_command bw_block_command = {
	.name = "block",
	.summary = "Deny access to files, or kill who tries",
	.operands = "[-- COMMAND [ARG...]]",
	.options = bw_block_options_table,
	.run = run,
};
