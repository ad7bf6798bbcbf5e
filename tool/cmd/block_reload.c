/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/block_reload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/signals.h"
#include "cmd/block_pin.h"
#include "cmd/block_report.h"
#include "enforce/hook_trial.h"
#include "enforce/learned_files.h"
#include "enforce/self_test.h"
#include "output/timestamp.h"

const char *bw_block_reload_trailer(struct bw_block_run *run, uint64_t generation)
{
	char *text = run->trailer[generation & 1];

	if (run->program->options->n_files == 0 || run->program->options->pin)
		return NULL;
	snprintf(text, sizeof(run->trailer[0]), " GENERATION=%llu", (unsigned long long)generation);
	return text;
}

uint64_t bw_block_reload_count(const struct bw_block_run *run, uint32_t outcome)
{
	return run->outcomes[outcome] + bw_enforcement_count(&run->program->loaded, outcome);
}

/* What a pipe had is read already: a second time it would be no rules at all. */
static int check_file(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return bw_log_error(-errno, "cannot read the rule file '%s': %s", path, strerror(errno));
	return S_ISREG(st.st_mode)
		       ? 0
		       : bw_log_error(-EINVAL, "cannot read the rule file '%s' again: not a regular file", path);
}

static int read_rules(struct bw_block_options *next, const struct bw_block_options *now, enum bw_hook hook)
{
	const char *why;
	size_t given = 0; /* rules of the command line so far: in its order */
	int r = 0;

	for (size_t i = 0; i < next->n_files && r == 0; i++) {
		r = bw_rules_add_given(&next->rules, &now->rules, given, next->given_before[i]);
		given = next->given_before[i];
		if (r == 0)
			r = check_file(next->files[i]);
		if (r == 0)
			r = bw_rules_read(&next->rules, next->files[i]);
	}
	if (r == 0)
		r = bw_rules_add_given(&next->rules, &now->rules, given, SIZE_MAX);
	if (r == 0 && next->rules.n == 0)
		r = bw_log_error(-EINVAL, "no rule is left in '%s'", next->files[0]);
	why = r == 0 ? bw_block_options_unfit(next, hook) : NULL;
	return why ? bw_log_error(-ENOTSUP, "the hook in use cannot enforce these rules: %s", why) : r;
}

/* Do both programs know subjects by the same bits? */
static bool names_same(const struct bw_block_program *a, const struct bw_block_program *b)
{
	return bw_policies_equal(&a->policies, &b->policies);
}

/* Between two steps: the old program's buffers do not fill up. What fails ends the run after the reload. */
static void read_events(struct bw_block_run *run)
{
	bw_watch_read(&run->watch);
}

static int go_on(void *cookie)
{
	read_events(cookie);
	return bw_signals_pending() ? -EINTR : 0;
}

/* Who executes which program, and whose child is whose, is known on where the rules name the same. */
static const char *const *shared_maps(const struct bw_block_run *run, const struct bw_block_program *next)
{
	if (next->options->pin)
		return names_same(run->program, next) ? bw_block_pin_shared_same : bw_block_pin_shared_always;
	return names_same(run->program, next) ? bw_enforcement_shared : bw_enforcement_shared_always;
}

static int load(struct bw_block_run *run, struct bw_block_program *next)
{
	const struct bw_load_shared shared = {&run->program->loaded, shared_maps(run, next), go_on, run};
	int r;

	bw_block_program_prepare(next);
	r = bw_load_sharing(&next->loaded, &next->image, &next->plan, NULL, &shared);
	if (r == 0)
		r = bw_watch_add(&run->watch, &next->loaded);
	if (r < 0)
		return r;
	read_events(run);
	r = bw_hook_trial_run(&next->enforcement, &next->loaded);
	return r == -ENOTSUP ? bw_log_error(r, "the new program was attached, but the test access was not denied") : r;
}

static int enforce(struct bw_block_run *run, struct bw_block_program *next)
{
	const struct bw_block_program *now = run->program;
	int r = bw_enforcement_start(&next->enforcement);

	read_events(run);
	if (r == 0)
		r = bw_learned_files_copy(
			&next->enforcement, &now->enforcement,
			bw_policies_kept(&now->policies, &now->options->rules, &next->options->rules));
	if (r == 0 && !names_same(now, next))
		bw_learned_files_copy_subjects(&next->enforcement, &now->enforcement);
	if (r == 0 && next->enforcement.self_test && bw_self_test_run(&next->enforcement) < 0)
		return bw_log_error(-ENOTSUP, "the new program was attached, but the self-test was not denied");
	return r;
}

static void unload(struct bw_block_run *run, struct bw_block_program *next)
{
	bw_watch_drop(&run->watch);
	bw_block_program_unload(next);
}

/* From here on both programs enforce. */
static int start(struct bw_block_run *run, struct bw_block_program *next)
{
	int r = load(run, next);

	if (r == 0)
		r = enforce(run, next);
	while (r == -E2BIG && bw_enforcement_grow(&next->enforcement)) {
		unload(run, next);
		r = load(run, next);
		if (r == 0)
			r = enforce(run, next);
	}
	if (r == -E2BIG)
		bw_log_error(r, "cannot protect all files and directories: a map is full");
	return r == 0 ? bw_block_pin_put(run, next, &run->watch.session.next_attached, run->generation + 1) : r;
}

/* The new program is the only one from here on. */
static void take_over(struct bw_block_run *run, struct bw_block_program *next)
{
	struct bw_block_program *old = run->program;

	bw_watch_switch(&run->watch, next->enforcement.mounts_fd, next->enforcement.waiting_fd);
	for (uint32_t i = 0; i < OUTCOMES && !old->options->pin; i++) /* pinned programs share the counts */
		run->outcomes[i] += bw_enforcement_count(&old->loaded, i);
	if (next->enforcement.started)
		bw_enforcement_take_programs(&next->enforcement, &old->enforcement);
	next->enforcement.before = NULL;
	run->program = next;
	run->generation++;
	bw_block_program_free(old);
	free(old);
	bw_pin_settle(&run->pin);
}

/* The rules of the next program, which is built; nothing is loaded yet. */
static int prepare(struct bw_block_run *run, struct bw_block_program *next, bool read)
{
	const struct bw_block_program *now = run->program;
	struct bw_block_options o = *now->options;
	bool fatal;
	int r;

	o.rules = (struct bw_rules){0};
	r = read ? read_rules(&o, now->options, now->hook) : bw_rules_copy(&o.rules, &now->options->rules);
	next->reloaded = o;
	bw_block_program_init(next, &next->reloaded, now->hook, now->signal_fd);
	next->reloaded = o;
	next->enforcement.generation = (uint32_t)run->generation + 1;
	next->enforcement.extra_entries = now->enforcement.extra_entries;
	next->enforcement.before = &now->enforcement;
	if (r == 0)
		r = bw_block_program_check(next);
	if (r == 0 && names_same(now, next))
		next->enforcement.started = now->enforcement.settings.started;
	return r == 0 ? bw_block_program_build(next, &run->source, run->own_flags, &fatal) : r;
}

static void report(const struct bw_block_run *run, uint64_t began)
{
	const struct bw_block_program *now = run->program;

	bw_block_report_literal_names(&now->options->rules);
	bw_block_report_waiting(&now->enforcement);
	bw_log_note("Reloaded in %llu ms: generation %llu, %zu rule%s.",
		    (unsigned long long)((bw_timestamp_now() - began) / 1000000), (unsigned long long)run->generation,
		    now->options->rules.n, now->options->rules.n == 1 ? "" : "s");
}

/* 0 or -errno, reported; -EINTR if the run is to end. read: the rules are read again. */
static int reload(struct bw_block_run *run, bool read)
{
	struct bw_block_program *next = calloc(1, sizeof(*next));
	int r;

	if (!next)
		return bw_log_error(-ENOMEM, "cannot reload: %s", strerror(ENOMEM));
	r = prepare(run, next, read);
	read_events(run);
	run->watch.sentence.trailer = bw_block_reload_trailer(run, run->generation + 1);
	if (r == 0)
		r = start(run, next);
	if (r == 0) {
		take_over(run, next);
		return 0;
	}
	unload(run, next);
	bw_block_program_free(next);
	free(next);
	return r;
}

int bw_block_reload_replace(struct bw_block_run *run)
{
	return reload(run, false);
}

void bw_block_reload(struct bw_block_run *run)
{
	uint64_t began = bw_timestamp_now();
	int r;

	if (run->program->options->n_files == 0) {
		bw_log_note("SIGHUP: nothing to reload, since there is no --rules; the rules stay in force. SIGINT and "
			    "SIGTERM end.");
		return;
	}
	r = reload(run, true);
	if (r == 0)
		report(run, began);
	else if (!bw_signals_pending())
		bw_log_hint("the rules of generation %llu stay in force; fix this, then send SIGHUP again",
			    (unsigned long long)run->generation);
}
