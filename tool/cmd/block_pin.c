/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/block_pin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "bpf_src/lib/counters.h"
#include "enforce/identity.h"
#include "enforce/learned_files.h"
#include "enforce/pin_dir.h"
#include "enforce/pin_text.h"

const char *const bw_block_pin_shared_same[] = {
	"events", "outcomes", "counters", BW_REFUSED_TABLE, "programs", "exes", "exe_paths", "children", NULL};
const char *const bw_block_pin_shared_always[] = {"events", "outcomes", "counters", BW_REFUSED_TABLE, NULL};

static bool takes_over(const struct bw_block_run *run)
{
	return run->pin.old.loaded.image;
}

/* For the next process, as soon as events were printed. */
static void keep_outcomes(void *cookie)
{
	const struct bw_block_run *run = cookie;

	for (uint32_t i = 0; i < OUTCOMES; i++)
		run->pin.info->outcomes[i] = bw_enforcement_count(&run->program->loaded, i);
}

/* Its rules, which hold for this process no more. */
static int adopt(struct bw_block_run *run)
{
	const struct bw_pin_set *set = &run->pin.old;
	int r = bw_pin_text_read(set->text, set->len, &run->pinned_rules, &run->pinned_plain);

	if (r == 0)
		r = bw_policies_make(&run->pinned_policies, &run->pinned_rules, &run->pinned_plain);
	if (r < 0)
		return bw_log_error(r, "cannot read what is pinned as '%s': %s", run->pin.name, strerror(-r));
	run->pinned.policies = &run->pinned_policies;
	return bw_identity_adopt(&run->pinned, &set->loaded);
}

int bw_block_pin_open(struct bw_block_run *run)
{
	const char *name = run->program->options->pin;
	int r = name ? bw_pin_open(&run->pin, BW_PIN_DIR_BPFFS, name) : 0;

	if (!name || r < 0)
		return r;
	run->keeper = (struct bw_session_keeper){&run->pin.info->kept, keep_outcomes, run};
	run->generation = run->pin.info->generation + 1;
	for (uint32_t i = 0; i < OUTCOMES; i++)
		run->outcomes[i] = -run->pin.info->outcomes[i]; /* they were counted by the processes before */
	run->program->enforcement.generation = (uint32_t)run->generation;
	if (takes_over(run))
		run->program->enforcement.before = &run->pinned;
	return takes_over(run) ? adopt(run) : 0;
}

void bw_block_pin_close(struct bw_block_run *run)
{
	bw_pin_close(&run->pin);
	bw_policies_free(&run->pinned_policies);
	bw_rules_free(&run->pinned_rules);
	bw_policy_free(&run->pinned_plain);
}

/* Do both name the same programs and processes, by the same bits? */
static bool names_same(const struct bw_block_run *run)
{
	const struct bw_block_options *o = run->program->options;
	const struct bw_pin_set *set = &run->pin.old;

	return bw_pin_text_has_programs(set->text, set->len, o->exes, o->n_exes) &&
	       bw_policies_equal(&run->pinned_policies, &run->program->policies);
}

const struct bw_load_shared *bw_block_pin_shared(struct bw_block_run *run)
{
	const bool same = takes_over(run) && names_same(run);

	if (!takes_over(run))
		return NULL;
	run->shared = (struct bw_load_shared){.with = &run->pin.old.loaded,
					      .maps = same ? bw_block_pin_shared_same : bw_block_pin_shared_always};
	if (same)
		run->program->enforcement.started = run->pinned.settings.started;
	return &run->shared;
}

int bw_block_pin_learn(struct bw_block_run *run)
{
	struct bw_enforcement *e = &run->program->enforcement;

	run->taken_over = takes_over(run);
	if (!run->taken_over)
		return 0;
	if (!names_same(run))
		bw_learned_files_copy_subjects(e, &run->pinned);
	return bw_learned_files_copy(
		e, &run->pinned,
		bw_policies_kept(&run->pinned_policies, &run->pinned_rules, &run->program->options->rules));
}

int bw_block_pin_put(struct bw_block_run *run, const struct bw_block_program *p, const struct bw_attached *attached,
		     uint64_t generation)
{
	const struct bw_block_options *o = p->options;
	BW_FREE char *text = NULL;
	size_t len = 0;
	int r;

	if (!o->pin)
		return 0;
	r = bw_pin_text_write(&o->rules, &p->policies.plain, o->exes, o->n_exes, &text, &len);
	if (r == 0)
		r = bw_pin_put(&run->pin, generation, &p->loaded, attached, text, len);
	if (r < 0)
		return r;
	run->pin.info->hook = p->hook;
	if (run->program == p) /* a reload has the old one still */
		bw_pin_settle(&run->pin);
	return 0;
}

/* What needs the process, of what these rules need. */
static void report_limits(const struct bw_block_program *p)
{
	const struct bw_block_options *o = p->options;
	bool dirs = o->rules.of_kind[BW_RULE_DIR] > 0;

	if (p->enforcement.n_missing > 0)
		bw_log_note(
			"Without a process, what comes to be where a rule waits by a mount, a symlink or as a whole "
			"tree is not protected.");
	if (dirs && o->allow_mounts)
		bw_log_note("Without a process, file systems that are mounted beneath a protected directory are not "
			    "protected.");
	if (dirs || o->rules.of_kind[BW_RULE_PATH] > 0)
		bw_log_note(
			"Without a process, files of file systems that number them anew (vfat, FUSE, some overlays) "
			"lose their protection when they leave memory.");
}

static void report_meanwhile(const struct bw_block_run *run)
{
	const struct bw_loaded *loaded = &run->program->loaded;
	const struct bw_session_kept *kept = run->keeper.kept;
	uint64_t denied = bw_block_reload_count(run, OUTCOME_DENIED);
	uint64_t lost = bw_loaded_sum(loaded, BW_REFUSED_TABLE, BW_REFUSED_FULL) +
			bw_loaded_sum(loaded, "counters", COUNTER_LOST) - kept->lost + kept->read - kept->printed;

	bw_log_note("Taken over without a gap. Denied while no process watched: %llu; the events of %llu are lost.",
		    (unsigned long long)denied, (unsigned long long)lost);
}

void bw_block_pin_report(const struct bw_block_run *run)
{
	const char *name = run->program->options->pin;

	if (!name)
		return;
	bw_log_note(
		"Pinned as '%s', generation %llu: the rules hold without this process, until bccwatch block --unpin "
		"%s.",
		name, (unsigned long long)run->generation, name);
	report_limits(run->program);
	if (run->taken_over)
		report_meanwhile(run);
}
