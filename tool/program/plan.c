/* SPDX-License-Identifier: Apache-2.0 */
#include "program/plan.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "kernel/kallsyms.h"
#include "program/override_check.h"
#include "program/plan_expand.h"
#include "program/tails.h"

/* Takes target over. */
static int add(struct bw_plan *plan, const char *function, const struct bw_probe_kind *kind, char *target,
	       uint32_t program)
{
	BW_FREE char *owned = target, *copy = strdup(function);
	struct bw_plan_binding *more = reallocarray(plan->bindings, plan->n + 1, sizeof(*more));

	if (more)
		plan->bindings = more;
	if (!more || !copy)
		return -ENOMEM;
	plan->bindings[plan->n++] = (struct bw_plan_binding){
		.function = BW_TAKE(copy),
		.kind = kind,
		.target = BW_TAKE(owned),
		.program = program,
		.created = -1,
		.cpu = -1,
	};
	return 0;
}

int bw_plan_add(struct bw_plan *plan, const struct bw_probe_kind *kind, const char *spec, const char **why)
{
	const char *colon = strrchr(spec, ':');
	char *target;

	*why = kind->usage;
	if (!colon || colon == spec || !colon[1])
		return -EINVAL;
	target = strndup(spec, (size_t)(colon - spec));
	if (!target)
		return -ENOMEM;
	if (kind->is_target(target))
		return add(plan, colon + 1, kind, target, 0);
	free(target);
	return -EINVAL;
}

static bool has_binding(const struct bw_plan *plan, const char *function)
{
	for (size_t i = 0; i < plan->n; i++)
		if (strcmp(plan->bindings[i].function, function) == 0)
			return true;
	return false;
}

static int no_hook(const char *function)
{
	bw_log_error(-EINVAL, "cannot attach '%s': its name has no probe prefix", function);
	bw_log_hint("by name: kprobe__FUNCTION, kretprobe__FUNCTION, syscall__NAME, tracepoint__CATEGORY__NAME,");
	bw_log_hint("raw_tracepoint__NAME, kfunc__FUNCTION, kretfunc__FUNCTION, lsm__HOOK, kmod_ret__FUNCTION;");
	bw_log_hint("with bccwatch run also by option, as --kprobe EVENT:%s;", function);
	bw_log_hint("programs for sockets, XDP, traffic control, cgroups and iterators are not supported;");
	bw_log_hint("or make it static if it is not a program of its own");
	return -EINVAL;
}

/* -ENOENT: nothing attaches it. */
static int bind_by_name(struct bw_plan *plan, const char *function, uint32_t program)
{
	const struct bw_probe_kind *kind;
	char *target;
	int r = bw_probe_of_name(function, &kind, &target);

	return r < 0 ? r : add(plan, function, kind, target, program);
}

/* BCC's tools have functions that only some of their options attach. */
static int report_unattached(const struct bw_plan *plan, const struct bw_image *image)
{
	for (uint32_t i = 0; i < image->n_programs; i++) {
		if (has_binding(plan, image->programs[i].name) || bw_tails_have(plan, image->programs[i].name))
			continue;
		if (!plan->lenient || plan->n == 0)
			return no_hook(image->programs[i].name);
		bw_log_note("Note: '%s' is not attached: its name has no probe prefix (an error with --strict).",
			    image->programs[i].name);
	}
	return 0;
}

static int no_function(const struct bw_plan_binding *b, const struct bw_image *image)
{
	bw_log_error(-ENOENT, "cannot attach '%s' to the %s '%s': the source has no such function", b->function,
		     b->kind->word, b->target);
	for (uint32_t i = 0; i < image->n_programs && i < 16; i++)
		bw_log_hint("it has %s%s", image->programs[i].name, i == 15 ? ", and more" : "");
	bw_log_hint("only functions that are not static are programs");
	return -ENOENT;
}

static int find_program(struct bw_plan_binding *b, const struct bw_image *image)
{
	for (b->program = 0; b->program < image->n_programs; b->program++)
		if (strcmp(image->programs[b->program].name, b->function) == 0)
			return 0;
	return no_function(b, image);
}

/* A program is loaded once, so all its hooks must want the same type; one that is attached through BTF has one hook. */
static int check_types(const struct bw_plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		for (size_t k = 0; k < i; k++) {
			const struct bw_plan_binding *a = &plan->bindings[k], *b = &plan->bindings[i];

			if (a->program != b->program || (a->kind->type == b->kind->type && !a->kind->btf_attach_type))
				continue;
			return bw_log_error(-EINVAL, "cannot attach '%s' to both the %s '%s' and the %s '%s': %s",
					    b->function, a->kind->word, a->target, b->kind->word, b->target,
					    a->kind->type == b->kind->type ? "it is loaded for one function only"
									   : "they need different program types");
		}
	return 0;
}

static bool follows_tasks(const struct bw_plan_binding *b)
{
	static const char *const targets[] = {"wake_up_new_task", "release_task", "sched__sched_process_fork",
					      "sched__sched_process_exit"};

	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++)
		if (strcmp(b->target, targets[i]) == 0)
			return true;
	return false;
}

/* They are attached first and detached last: while events are made, each process's children are known. */
static void put_followers_first(struct bw_plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n; i++) {
		struct bw_plan_binding b = plan->bindings[i];

		if (!follows_tasks(&b))
			continue;
		memmove(&plan->bindings[n + 1], &plan->bindings[n], (i - n) * sizeof(b));
		plan->bindings[n++] = b;
	}
}

int bw_plan_complete(struct bw_plan *plan, const struct bw_image *image)
{
	int r;

	if (image->n_programs == 0) {
		bw_log_error(-EINVAL, "cannot attach anything: the source has no program");
		bw_log_hint("only functions that are not static are programs");
		return -EINVAL;
	}
	r = bw_plan_expand(plan, "");
	for (size_t i = 0; i < plan->n && r == 0; i++)
		r = find_program(&plan->bindings[i], image);
	for (uint32_t i = 0; i < image->n_programs && r == 0; i++) {
		if (!has_binding(plan, image->programs[i].name) && !bw_tails_have(plan, image->programs[i].name))
			r = bind_by_name(plan, image->programs[i].name, i);
		if (r == -ENOENT)
			r = 0; /* the next reports it */
	}
	if (r == 0)
		r = bw_tails_complete(plan, image);
	if (r == 0)
		r = report_unattached(plan, image);
	if (r == 0)
		put_followers_first(plan);
	return r == 0 ? check_types(plan) : r;
}

/* A hook takes two descriptors, with its program: 500 would be more than the usual 1,024. */
static void raise_files_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int check(struct bw_plan_binding *b)
{
	if (!b->kind->create)
		return b->kind->check(b->target);
	b->created = b->kind->create(b->target, b->cpu);
	return b->created < 0 ? b->created : 0;
}

static int check_binding(struct bw_plan_binding *b, const struct bw_image *image, const struct bw_plan_binding **failed)
{
	int r = check(b);

	*failed = r < 0 ? b : NULL;
	return r < 0 ? r : bw_override_check_program(&image->programs[b->program], b->kind, b->target);
}

static void remove_binding(struct bw_plan *plan, size_t i)
{
	free(plan->bindings[i].function);
	free(plan->bindings[i].target);
	bw_cleanup_fd(&plan->bindings[i].created);
	plan->n--;
	memmove(&plan->bindings[i], &plan->bindings[i + 1], (plan->n - i) * sizeof(plan->bindings[i]));
}

/* Is it about the function, and not about this process or the machine? */
static bool is_refusal(int error)
{
	return error == -EINVAL || error == -ENOENT || error == -EADDRNOTAVAIL || error == -EILSEQ ||
	       error == -ERANGE || error == -EOPNOTSUPP || error == -EBUSY;
}

static int check_any_matched(const struct bw_plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		if (plan->bindings[i].matched)
			return 0;
	return bw_log_error(-ENOENT, "cannot attach any of the functions that match: the kernel refuses all %zu",
			    plan->n_refused);
}

/* What a pattern stands for is tried to the end, to count what is refused. */
int bw_plan_check(struct bw_plan *plan, const struct bw_image *image, const struct bw_plan_binding **failed)
{
	const struct bw_plan_binding *first = NULL;
	int why = 0;

	raise_files_limit();
	for (size_t i = 0; i < plan->n;) {
		struct bw_plan_binding *b = &plan->bindings[i];
		int r = check_binding(b, image, failed);

		if (r < 0 && (!*failed || !b->matched || !is_refusal(r)))
			return r;
		plan->n_refused += r < 0;
		if (r < 0 && plan->best_effort) {
			remove_binding(plan, i);
			continue;
		}
		first = first || r == 0 ? first : b;
		why = why ? why : r;
		i++;
	}
	*failed = first;
	return why == 0 && plan->n_refused > 0 ? check_any_matched(plan) : why;
}

size_t bw_plan_hooks(const struct bw_plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n; i++) {
		const struct bw_plan_binding *b = &plan->bindings[i];
		const bool is_same = i > 0 && b->cpu >= 0 && b->kind == b[-1].kind &&
				     strcmp(b->target, b[-1].target) == 0 && strcmp(b->function, b[-1].function) == 0;

		n += !is_same;
	}
	return n;
}

void bw_plan_explain(const struct bw_plan_binding *binding, int error)
{
	binding->kind->explain(binding->target, error);
}

int bw_plan_check_names(struct bw_plan *plan)
{
	BW_FREE const char **names = calloc(plan->n + 1, sizeof(*names));
	BW_FREE uint32_t *counts = calloc(plan->n + 1, sizeof(*counts));
	size_t n = 0;

	if (!names || !counts)
		return -ENOMEM;
	for (size_t i = 0; i < plan->n; i++)
		if (plan->bindings[i].kind->probes_functions)
			names[n++] = plan->bindings[i].target;
	if (n == 0 || bw_kallsyms_count("", names, counts, n) < 0)
		return 0; /* the kernel will report what it cannot do */
	for (size_t i = 0, k = 0; i < plan->n;) {
		if (!plan->bindings[i].kind->probes_functions || counts[k++] < 2) {
			i++;
			continue;
		}
		plan->n_refused += plan->bindings[i].matched;
		if (!plan->bindings[i].matched || !plan->best_effort) {
			bw_plan_explain(&plan->bindings[i], -EADDRNOTAVAIL);
			return -EADDRNOTAVAIL;
		}
		remove_binding(plan, i);
	}
	return plan->n_refused > 0 ? check_any_matched(plan) : 0;
}

void bw_plan_free(struct bw_plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		free(plan->bindings[i].function);
		free(plan->bindings[i].target);
		bw_cleanup_fd(&plan->bindings[i].created);
	}
	free(plan->bindings);
	bw_tails_free(plan);
	*plan = (struct bw_plan){0};
}
