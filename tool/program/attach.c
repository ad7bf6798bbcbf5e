/* SPDX-License-Identifier: Apache-2.0 */
#include "program/attach.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/stderr_capture.h"
#include "kernel/perf_kprobe.h"

/* A descriptor, which holds the hook, or -errno. */
static int attach(struct bw_plan_binding *b, int program)
{
	int r;

	if (!b->kind->create)
		return b->kind->attach(program, b->target);
	if (b->created < 0) /* nobody has checked it */
		b->created = b->kind->create(b->target, b->cpu);
	r = b->created < 0 ? b->created : bw_perf_kprobe_attach(&b->created, program);
	return r < 0 ? r : bw_cleanup_take_fd(&b->created);
}

static int attach_one(struct bw_plan_binding *b, int program, int *hook)
{
	struct bw_stderr_capture capture;
	BW_FREE char *output = NULL;
	size_t len;

	bw_stderr_capture_begin(&capture);
	*hook = attach(b, program);
	bw_stderr_capture_end(&capture, &output, &len);
	if (*hook >= 0) {
		bw_log_debug("attached: %s %s", b->kind->word, b->target);
		return 0;
	}
	bw_plan_explain(b, *hook);
	if (bw_verbose)
		bw_log_output(output, len);
	return *hook;
}

/* Warns once, for all hooks of a kind, of returns that are skipped without being counted. */
static void warn_of_misses(const struct bw_attached *attached)
{
	bool at_once = false, nested = false;
	uint64_t missed;

	for (uint32_t i = 0; i < attached->n; i++) {
		enum bw_probe_return kind = attached->plan->bindings[i].kind->returns;

		at_once |= kind == BW_PROBE_RETURN_AT_ONCE && bw_perf_kprobe_missed(attached->hooks[i], &missed) < 0;
		nested |= kind == BW_PROBE_RETURN_NESTED;
	}
	if (at_once) {
		bw_log_note("Warning: A kretprobe follows a limited number of calls at a time; this kernel does not "
			    "count the returns that it skips.");
		bw_log_hint("KRETFUNC_PROBE (kretfunc__FUNCTION) has no such limit; Linux 6.7 and later count them");
	}
	if (nested) {
		bw_log_note("Warning: A uretprobe skips the returns of calls that are more than 64 deep in one thread; "
			    "no kernel counts them.");
	}
}

int bw_attach(struct bw_attached *attached, const struct bw_loaded *loaded)
{
	const struct bw_plan *plan = loaded->plan;

	*attached = (struct bw_attached){.hooks = malloc((plan->n + 1) * sizeof(int)), .plan = plan};
	if (!attached->hooks)
		return -ENOMEM;
	for (size_t i = 0; i < plan->n; i++) {
		struct bw_plan_binding *b = &plan->bindings[i];
		int r = attach_one(b, loaded->programs[b->program], &attached->hooks[i]);

		if (r < 0)
			return r;
		attached->n++;
	}
	warn_of_misses(attached);
	return 0;
}

struct bw_attached_misses bw_attached_missed(const struct bw_attached *attached)
{
	struct bw_attached_misses sum = attached->before;

	for (uint32_t i = 0; i < attached->n; i++) {
		const struct bw_probe_kind *kind = attached->plan->bindings[i].kind;
		uint64_t missed;

		if (!kind->create || !kind->probes_functions || bw_perf_kprobe_missed(attached->hooks[i], &missed) < 0)
			continue;
		if (kind->returns == BW_PROBE_RETURN_NONE)
			sum.calls += missed;
		else
			sum.returns += missed;
	}
	return sum;
}

void bw_attached_free(struct bw_attached *attached)
{
	struct bw_attached_misses missed = bw_attached_missed(attached);

	for (uint32_t i = attached->n; i > 0; i--)
		close(attached->hooks[i - 1]);
	free(attached->hooks);
	*attached = (struct bw_attached){.before = missed};
}
