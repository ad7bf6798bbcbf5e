/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/function_facts.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "kernel/btf.h"
#include "kernel/btf_target.h"
#include "kernel/kallsyms.h"
#include "kernel/perf_kprobe.h"
#include "kernel/privilege.h"
#include "kernel/syscall.h"

void bw_function_facts_close(struct bw_function_facts *s)
{
	for (size_t i = 0; i < s->n; i++)
		bw_btf_close(&s->signatures[i].own);
}

static void find_in(struct bw_function_facts *s, struct btf *btf, struct btf *base, const char *module)
{
	const char *name = s->function.name;
	uint32_t id = 0;

	while (s->n < BW_SIGNATURES_MAX && (id = bw_btf_next_function(btf, base, name, id)))
		s->signatures[s->n++] = (struct bw_function_facts_signature){btf, NULL, id, module};
}

static void note_signature(void *cookie, size_t i, uint32_t id)
{
	struct bw_function_facts_ids *s = (struct bw_function_facts_ids *)cookie + i;

	if (s->n < BW_SIGNATURES_MAX)
		s->ids[s->n++] = id;
}

int bw_function_facts_find_ids(const struct btf *btf, const char *const *names, size_t n,
			       struct bw_function_facts_ids *ids)
{
	return btf ? bw_btf_functions(btf, names, n, note_signature, ids) : 0;
}

static void find_signatures(struct bw_function_facts *s, const struct bw_function_facts_ids *known)
{
	const struct bw_function *f = &s->function;

	for (uint32_t i = 0; i < known->n; i++)
		s->signatures[s->n++] = (struct bw_function_facts_signature){s->kernel, NULL, known->ids[i], ""};
	if (!s->kernel)
		return;
	for (uint32_t i = 0; i < f->copies && i < BW_COPIES_MAX; i++) {
		char path[PATH_MAX];
		struct btf *btf;
		size_t before = s->n;

		snprintf(path, sizeof(path), "/sys/kernel/btf/%s", f->modules[i]);
		if (!*f->modules[i] || bw_btf_open_module(path, s->kernel, &btf) < 0)
			continue;
		find_in(s, btf, s->kernel, f->modules[i]);
		if (s->n > before)
			s->signatures[before].own = btf;
		else
			bw_btf_close(&btf);
	}
}

/* Trying outweighs what the kernel's lists contain. */
static void try_kprobe(const struct bw_function *f, struct bw_attachable_verdict *v)
{
	int r = bw_perf_kprobe_try(f->name);

	if (r == 0) {
		*v = (struct bw_attachable_verdict){.can = BW_YES};
		if (f->copies > 1)
			snprintf(v->why, sizeof(v->why), "the first of %u functions of this name", f->copies);
		return;
	}
	if (r == -ENODEV)
		snprintf(v->why, sizeof(v->why), "this kernel has no kprobes (CONFIG_KPROBE_EVENTS)");
	else if (r == -EADDRNOTAVAIL)
		snprintf(v->why, sizeof(v->why), "%u functions have this name: it is ambiguous", f->copies);
	else if (v->can != BW_NO)
		snprintf(v->why, sizeof(v->why), "the kernel refuses it: %s%s", strerror(-r),
			 r == -EPERM ? " (lockdown, or a security module)" : "");
	v->can = BW_NO;
}

static void try_target(enum bw_btf_target kind, uint32_t id, struct bw_attachable_verdict *v)
{
	int r = v->can == BW_YES ? bw_btf_target_try(kind, id) : 0;

	if (r == 0)
		return;
	v->can = BW_NO;
	snprintf(v->why, sizeof(v->why), "the kernel refuses it: %s", strerror(-r));
}

/* Only of the kernel itself: a program for a module's function would have to name the module, too. */
static void try_target_hooks(struct bw_function_facts *s)
{
	const struct bw_function_facts_signature *first = s->n > 0 ? &s->signatures[0] : NULL;

	if (first && !*first->module) {
		try_target(BW_TARGET_FENTRY, first->id, &s->fentry);
		try_target(BW_TARGET_FMOD_RET, first->id, &s->fmod_ret);
	}
	if (s->type.lsm)
		try_target(BW_TARGET_LSM, s->type.lsm, &s->lsm);
}

static void read_verdicts(struct bw_function_facts *s)
{
	const struct bw_function_facts_signature *first = s->n > 0 ? &s->signatures[0] : NULL;
	const struct bw_function *f = &s->function;

	if (first)
		bw_attachable_type(first->btf, first->id, f, &s->type);
	else
		bw_attachable_type(s->kernel, 0, f, &s->type);
	bw_attachable_kprobe(f, &s->kprobe);
	if (bw_privilege_check() == 0)
		try_kprobe(f, &s->kprobe);
	bw_attachable_override(f, &s->kprobe, &s->override);
	bw_attachable_fentry(f, &s->type, &s->fentry);
	bw_attachable_fmod_ret(f, &s->type, &s->fmod_ret);
	bw_attachable_lsm("", &s->type, &s->lsm);
	if (bw_privilege_check() == 0)
		try_target_hooks(s);
}

/* "openat" and "sys_openat" mean a system call where no function has the name. */
static void find_wrapper(struct bw_function_facts *s)
{
	const char *plain = s->function.name, *names[] = {s->wrapper};
	uint32_t count = 0;

	plain += strncmp(plain, "sys_", 4) == 0 ? 4 : 0;
	snprintf(s->wrapper, sizeof(s->wrapper), BW_SYSCALL "%s", plain);
	if (s->function.copies > 0 || bw_kallsyms_count("", names, &count, 1) < 0 || count == 0)
		s->wrapper[0] = '\0';
}

void bw_function_facts_read(struct bw_function_facts *s, struct btf *btf, const struct bw_function *function,
			    const struct bw_function_facts_ids *ids)
{
	*s = (struct bw_function_facts){.function = *function, .kernel = btf};
	find_signatures(s, ids);
	find_wrapper(s);
	read_verdicts(s);
}
