/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of hooks by which bpf_src/block.c can deny or kill, and what each can't do. */
#pragma once

#include <stdbool.h>

/* In the order in which they are tried: the strongest first. */
enum bw_hook {
	BW_HOOK_LSM,
	BW_HOOK_FMOD_RET,
	BW_HOOK_OVERRIDE,
	BW_HOOK_SIGNAL,
	BW_HOOK_SIGNAL_NAME, /* the signal where no probe has the file: by the name that a call is given */
	BW_HOOKS
};

struct bw_hook_info {
	const char *word;   /* of --hook; both signals have one */
	const char *macro;  /* that block.c is compiled with */
	const char *name;   /* for people */
	const char *limits; /* what it can't do, a sentence without its full stop; NULL: nothing */
	bool denies;	    /* it can refuse the operation; all can kill */
	bool by_string;	    /* it knows only the name that a system call is given */
};

/* A constant. */
const struct bw_hook_info *bw_hook_info(enum bw_hook hook);

/* What is asked of a hook. */
struct bw_hook_needs {
	bool deny;     /* to refuse, and not only to kill */
	bool by_file;  /* rules for paths or directories */
	bool programs; /* exceptions for programs */
	bool changes;  /* to see renames, deletions, attributes, ..., and not only opens */
	bool holders;  /* to refuse what is done by descriptors that are open already */
	bool pin;      /* to outlive the process */
	bool test;     /* to be tested while it enforces */
};

/* Why the hook can't do that on any kernel; NULL: it can. A constant. */
const char *bw_hook_unfit(enum bw_hook hook, const struct bw_hook_needs *needs);

/*
 * Has the running kernel what the hook needs, as far as that is known before a program is compiled? forced: the user
 * names the hook, and takes its limits here. source: the program's name, for messages. 0 or -errno, reported.
 */
int bw_hook_check(enum bw_hook hook, bool forced, const char *source);

/* bw_hook_info's limits on the running kernel: one that preempts skips programs of fmod_ret. NULL or a constant. */
const char *bw_hook_limits(enum bw_hook hook);

/*
 * How many parameters the running kernel's function has at which that hook is asked about `name` (inode_setattr, ...):
 * kernels, and distributions' kernels of one version, differ. Negative: there is none.
 */
int bw_hook_parameters(enum bw_hook hook, const char *name);
