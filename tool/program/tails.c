/* SPDX-License-Identifier: Apache-2.0 */
#include "program/tails.h"

#include <bcc/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/parse.h"

int bw_tails_add(struct bw_plan *plan, const char *spec, const char **why)
{
	const char *equals = strchr(spec, '='), *colon = strchr(spec, ':');
	struct bw_plan_tail *more;
	uint64_t index;

	*why = "it is TABLE:INDEX=FUNCTION";
	if (!colon || !equals || colon == spec || colon > equals || !equals[1])
		return -EINVAL;
	BW_FREE char *number = strndup(colon + 1, (size_t)(equals - colon - 1));
	BW_FREE char *table = strndup(spec, (size_t)(colon - spec)), *function = strdup(equals + 1);

	if (!number || !table || !function)
		return -ENOMEM; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	if (bw_parse_number(number, UINT32_MAX, &index) < 0)
		return -EINVAL; /* cppcheck-suppress memleak ; likewise */
	more = reallocarray(plan->tails, plan->n_tails + 1, sizeof(*more));
	if (!more)
		return -ENOMEM; /* cppcheck-suppress memleak ; likewise */
	plan->tails = more;
	plan->tails[plan->n_tails++] =
		(struct bw_plan_tail){.table = BW_TAKE(table), .function = BW_TAKE(function), .index = (uint32_t)index};
	return 0;
}

/* Its number in the image; n_programs: it is not there. */
static uint32_t find_program(const struct bw_image *image, const char *function)
{
	uint32_t i = 0;

	while (i < image->n_programs && strcmp(image->programs[i].name, function) != 0)
		i++;
	return i;
}

static int complete_one(struct bw_plan_tail *t, const struct bw_image *image)
{
	int map = bw_image_find_map(image, t->table);

	if (map < 0 || image->maps[map].type != BPF_MAP_TYPE_PROG_ARRAY)
		return bw_log_error(-ENOENT, "--tail %s:%u=%s: the source has no BPF_PROG_ARRAY of that name", t->table,
				    t->index, t->function);
	t->map = (uint32_t)map;
	if (t->index >= image->maps[map].max_entries)
		return bw_log_error(-EINVAL, "--tail %s:%u=%s: the table has %u entries", t->table, t->index,
				    t->function, image->maps[map].max_entries);
	t->program = find_program(image, t->function);
	if (t->program == image->n_programs) {
		bw_log_error(-ENOENT, "--tail %s:%u=%s: the source has no such function", t->table, t->index,
			     t->function);
		bw_log_hint("only functions that are not static are programs");
		return -ENOENT;
	}
	return 0;
}

static bool is_filled(const struct bw_plan *plan, uint32_t map)
{
	for (size_t i = 0; i < plan->n_tails; i++)
		if (plan->tails[i].map == map)
			return true;
	return false;
}

int bw_tails_complete(struct bw_plan *plan, const struct bw_image *image)
{
	for (size_t i = 0; i < plan->n_tails; i++) {
		int r = complete_one(&plan->tails[i], image);

		if (r < 0)
			return r;
	}
	for (uint32_t i = 0; i < image->n_maps; i++) {
		if (image->maps[i].type != BPF_MAP_TYPE_PROG_ARRAY || is_filled(plan, i))
			continue;
		bw_log_error(-EINVAL, "cannot use '%s': nothing puts programs into this table", image->maps[i].name);
		bw_log_hint("--tail %s:INDEX=FUNCTION does", image->maps[i].name);
		return -EINVAL;
	}
	return 0;
}

bool bw_tails_have(const struct bw_plan *plan, const char *function)
{
	for (size_t i = 0; i < plan->n_tails; i++)
		if (strcmp(plan->tails[i].function, function) == 0)
			return true;
	return false;
}

static bool uses_map(const struct bw_image_program *program, uint32_t map)
{
	for (uint32_t i = 0; i < program->n_insns; i++) {
		const struct bpf_insn *insn = &program->insns[i];

		if (insn->code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		if (insn->src_reg == BPF_PSEUDO_MAP_FD && (uint32_t)insn->imm == map)
			return true;
		i++;
	}
	return false;
}

enum { NO_HOOK = -1 };

/* hooks[program]: the number of the binding that a program is loaded for, or NO_HOOK. That of one that calls by the
 * table. */
static int hook_of(const struct bw_loaded *loaded, const int *hooks, const struct bw_plan_tail *t)
{
	for (uint32_t i = 0; i < loaded->image->n_programs; i++)
		if (hooks[i] != NO_HOOK && uses_map(&loaded->image->programs[i], t->map))
			return hooks[i];
	return NO_HOOK;
}

/* One that is called by another has that one's hook, and so on: as long as another is found. */
static int load_all(const struct bw_loaded *loaded, int *hooks, bw_tails_load *load, void *cookie)
{
	const struct bw_plan *plan = loaded->plan;

	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < plan->n_tails; i++) {
			const struct bw_plan_tail *t = &plan->tails[i];
			const int hook = hooks[t->program] == NO_HOOK ? hook_of(loaded, hooks, t) : NO_HOOK;
			struct bw_plan_binding binding;
			int r;

			if (hook == NO_HOOK)
				continue;
			binding = plan->bindings[hook];
			binding.function = t->function;
			binding.program = t->program;
			r = load(cookie, &binding);
			if (r < 0)
				return r;
			hooks[t->program] = hook;
			more = true;
		}
	}
	return 0;
}

static int put(const struct bw_loaded *loaded, const struct bw_plan_tail *t)
{
	int r;

	if (loaded->programs[t->program] < 0)
		return bw_log_error(-EINVAL, "--tail %s:%u=%s: no function that is attached calls by this table",
				    t->table, t->index, t->function);
	r = bpf_update_elem(loaded->maps[t->map], (void *)&t->index, &loaded->programs[t->program], BPF_ANY);
	if (r == 0)
		return 0;
	return bw_log_error(-errno, "--tail %s:%u=%s: %s", t->table, t->index, t->function,
			    errno == EINVAL ? "the table has programs of another type" : strerror(errno));
}

int bw_tails_fill(const struct bw_loaded *loaded, bw_tails_load *load, void *cookie)
{
	const struct bw_plan *plan = loaded->plan;
	BW_FREE int *hooks = NULL;
	int r;

	if (plan->n_tails == 0)
		return 0;
	hooks = malloc((loaded->image->n_programs + 1) * sizeof(*hooks));
	if (!hooks)
		return -ENOMEM;
	for (uint32_t i = 0; i < loaded->image->n_programs; i++)
		hooks[i] = NO_HOOK;
	for (size_t i = 0; i < plan->n; i++)
		hooks[plan->bindings[i].program] = (int)i;
	r = load_all(loaded, hooks, load, cookie);
	for (size_t i = 0; i < plan->n_tails && r == 0; i++)
		r = put(loaded, &plan->tails[i]);
	return r;
}

void bw_tails_free(struct bw_plan *plan)
{
	for (size_t i = 0; i < plan->n_tails; i++) {
		free(plan->tails[i].table);
		free(plan->tails[i].function);
	}
	free(plan->tails);
	plan->tails = NULL;
	plan->n_tails = 0;
}
