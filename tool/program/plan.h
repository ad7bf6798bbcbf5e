/* SPDX-License-Identifier: Apache-2.0 */
/* Which function of a source goes to which hook: by what the user asks for, else by its name. */
#pragma once

#include "program/image.h"
#include "program/probe.h"

struct bw_plan_binding {
	char *function; /* owned, as is target */
	const struct bw_probe_kind *kind;
	char *target;
	uint32_t program; /* its index in the image */
	int created;	  /* a kprobe without its program, from bw_plan_check until it is attached; -1: none */
	int cpu;	  /* of a kind that is per CPU; -1: not known yet */
	bool matched;	  /* one of several that a pattern stands for */
};

struct bw_plan_tail;

/* Start with zeroes. A function may have several bindings, of one type of program. */
struct bw_plan {
	struct bw_plan_binding *bindings; /* n */
	size_t n;
	struct bw_plan_tail *tails; /* n_tails; program/tails.h */
	size_t n_tails;
	bool lenient;	  /* a function that nothing attaches is reported, but no error if there are others */
	bool best_effort; /* of the functions that a pattern stands for, those that can't be attached are left out */
	size_t n_refused; /* these, so far */
};

/*
 * Adds "TARGET:FUNCTION", as an option for hooks of that kind has it. 0; -EINVAL with *why a constant that says what it
 * should be; or -ENOMEM.
 */
int bw_plan_add(struct bw_plan *plan, const struct bw_probe_kind *kind, const char *spec, const char **why);

/*
 * Expands patterns (bw_plan_expand), finds each binding's program in the image, and gives a binding by its name to
 * every program that has none yet; those at the beginning and end of processes come first. 0 or -errno, reported on
 * stderr: a function that is not there, one that nothing attaches (where the plan is not lenient), one with two types.
 */
int bw_plan_complete(struct bw_plan *plan, const struct bw_image *image);

/*
 * Can all be attached to this kernel? No program is; kprobes are created, which alone shows it, and the
 * limit for open files is raised, for what follows. 0, or -errno: with *failed the first that can't, and nothing
 * reported (bw_plan_explain does that); or with *failed NULL, and the reason reported on stderr.
 */
int bw_plan_check(struct bw_plan *plan, const struct bw_image *image, const struct bw_plan_binding **failed);

/* How many hooks there are: those of all CPUs are one. */
size_t bw_plan_hooks(const struct bw_plan *plan);

/* Reports why that binding can't be attached. */
void bw_plan_explain(const struct bw_plan_binding *binding, int error);

/*
 * Does each kprobe's name stand for one function only? Kernels before 6.7 silently take one of several. 0 or
 * -EADDRNOTAVAIL, reported; with best_effort those that a pattern stands for are left out. Reads all of /proc/kallsyms.
 */
int bw_plan_check_names(struct bw_plan *plan);

void bw_plan_free(struct bw_plan *plan);
