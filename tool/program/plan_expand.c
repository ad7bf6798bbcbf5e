/* SPDX-License-Identifier: Apache-2.0 */
#include "program/plan_expand.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "kernel/cpu.h"
#include "kernel/probe_targets.h"

/* The plan as it will be, and the binding that is replaced. */
struct expansion {
	struct bw_plan to;
	const struct bw_plan_binding *from;
	size_t n; /* that replace it */
	int error;
};

static int add(struct expansion *e, const char *target, int cpu)
{
	BW_FREE char *function = strdup(e->from->function), *copy = strdup(target);
	struct bw_plan_binding *more = reallocarray(e->to.bindings, e->to.n + 1, sizeof(*more));

	if (more)
		e->to.bindings = more;
	if (!more || !function || !copy)
		return -ENOMEM;
	more[e->to.n] = *e->from;
	more[e->to.n].function = BW_TAKE(function);
	more[e->to.n].target = BW_TAKE(copy);
	more[e->to.n].cpu = cpu;
	more[e->to.n++].matched = strcmp(target, e->from->target) != 0;
	e->n++;
	return 0;
}

static void add_match(void *cookie, const char *name)
{
	struct expansion *e = cookie;

	if (e->error == 0 && e->n <= BW_PLAN_FUNCTIONS_MAX && fnmatch(e->from->target, name, 0) == 0)
		e->error = add(e, name, -1);
}

static int expand_pattern(struct expansion *e, const char *root)
{
	const char *word = e->from->kind->word, *pattern = e->from->target;
	int r = bw_probe_targets_kinds[0].each(root, NULL, add_match, e);

	r = r < 0 ? r : e->error;
	if (r < 0)
		return bw_log_error(r, "cannot attach %s '%s': cannot list the functions that match: %s", word, pattern,
				    strerror(-r));
	if (e->n == 0)
		return bw_log_error(-ENOENT, "cannot attach %s '%s': no function matches that can be probed", word,
				    pattern);
	if (e->n > BW_PLAN_FUNCTIONS_MAX) {
		bw_log_error(-E2BIG, "cannot attach %s '%s': more than %d functions match", word, pattern,
			     BW_PLAN_FUNCTIONS_MAX);
		bw_log_hint("'bccwatch probe --list kprobe:%s' lists them", pattern);
		return -E2BIG;
	}
	return 0;
}

static int expand_cpus(struct expansion *e, const char *root)
{
	BW_FREE uint32_t *cpus = NULL;
	uint32_t n;
	int r = bw_cpu_online(root, &cpus, &n);

	for (uint32_t i = 0; r == 0 && i < n; i++)
		r = add(e, e->from->target, (int)cpus[i]);
	return r < 0 ? bw_log_error(r, "cannot list the CPUs: %s", strerror(-r)) : 0;
}

static bool is_pattern(const struct bw_plan_binding *b)
{
	return b->kind->probes_functions && strpbrk(b->target, "*?[");
}

int bw_plan_expand(struct bw_plan *plan, const char *root)
{
	struct expansion e = {.to = *plan};
	int r = 0;

	e.to.bindings = NULL;
	e.to.n = 0;
	for (size_t i = 0; r == 0 && i < plan->n; i++) {
		e.from = &plan->bindings[i];
		e.n = 0;
		if (is_pattern(e.from))
			r = expand_pattern(&e, root);
		else if (e.from->kind->per_cpu)
			r = expand_cpus(&e, root);
		else
			r = add(&e, e.from->target, e.from->cpu);
	}
	if (r < 0) {
		e.to.tails = NULL;
		e.to.n_tails = 0;
		bw_plan_free(&e.to);
		return r == -ENOMEM ? bw_log_error(r, "out of memory") : r;
	}
	plan->tails = NULL; /* they are the other's now */
	plan->n_tails = 0;
	bw_plan_free(plan);
	*plan = e.to;
	return 0;
}
