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

const char *const bw_block_pin_shared_by_reload[] = {"events",	 "outcomes",	"counters",	BW_REFUSED_TABLE,
						     "programs", "except_exes", "except_paths", NULL};
static const char *const shared_always[] = {"events", "outcomes", "counters", BW_REFUSED_TABLE, NULL};

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

static int adopt(struct bw_block_run *run)
{
	struct bw_enforcement *old = &run->pinned;
	const struct bw_block_options *o = run->program->options;
	const struct bw_pin_set *set = &run->pin.old;
	bool same = bw_pin_text_has_programs(set->text, set->len, o->exes, o->n_exes);
	int r = bw_identity_adopt(old, &set->loaded);

	run->shared = (struct bw_load_shared){.with = &set->loaded,
					      .maps = same ? bw_block_pin_shared_by_reload : shared_always};
	if (same)
		run->program->enforcement.started = old->settings.started;
	return r;
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
	return takes_over(run) ? adopt(run) : 0;
}

void bw_block_pin_close(struct bw_block_run *run)
{
	bw_pin_close(&run->pin);
}

const struct bw_load_shared *bw_block_pin_shared(struct bw_block_run *run)
{
	return takes_over(run) ? &run->shared : NULL;
}

int bw_block_pin_learn(struct bw_block_run *run)
{
	BW_CLEANUP(bw_rules_free) struct bw_rules rules = {0};
	const struct bw_pin_set *set = &run->pin.old;

	run->taken_over = takes_over(run);
	if (!run->taken_over)
		return 0;
	if (bw_pin_text_read_rules(set->text, set->len, &rules) < 0 ||
	    !bw_rules_include_paths(&run->program->options->rules, &rules))
		return 0;
	return bw_learned_files_copy(&run->program->enforcement, &run->pinned);
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
	r = bw_pin_text_write(&o->rules, o->exes, o->n_exes, &text, &len);
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
