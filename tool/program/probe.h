/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of hooks. A function's name says where it goes, as in BCC: kprobe__FUNCTION, kretprobe__FUNCTION,
 * syscall__NAME, tracepoint__CATEGORY__NAME (TRACEPOINT_PROBE makes those), raw_tracepoint__NAME, kfunc__FUNCTION and
 * kretfunc__FUNCTION (KFUNC_PROBE, KRETFUNC_PROBE), lsm__HOOK (LSM_PROBE), kmod_ret__FUNCTION (KMOD_RET). Where the
 * user says it, any function can go to a kprobe, tracepoint, raw tracepoint or uprobe.
 */
#pragma once

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

struct btf;

struct bw_probe_kind {
	const char *prefix; /* of the function's name; what follows is the target; NULL: not by name */
	const char *word;   /* for messages: "kprobe" */
	const char *usage;  /* what the argument of its option is; NULL: there is none */
	enum bpf_prog_type type;
	/* The kernel checks the program against a function, found in BTF: how it is attached, and what its name begins
	 * with. Else 0 and NULL. */
	enum bpf_attach_type bound;
	const char *function_prefix;
	bool probes_functions; /* its target is a function's name */
	/* Has the target the form that `usage` says? */
	bool (*is_target)(const char *target);
	/* Can the running kernel attach to it? Leaves nothing behind. 0 or -errno, as `explain` knows them. */
	int (*check)(const char *target);
	/* Attaches what `check` let pass; returns a descriptor, which holds the hook, or -errno. libbcc may
	 * print to stderr. */
	int (*attach)(int program, const char *target);
	/* Says on stderr why attaching failed with this error. */
	void (*explain)(const char *target, int error);
	/* A kprobe's, instead of `check` and `attach`, which are NULL then: puts the hook in its place, without a
	 * program, and returns a descriptor for bw_kprobe_attach, or -errno. */
	int (*place)(const char *target);
};

/* Reads a function's name. 0, with a *target that the caller frees; -ENOENT if it names no hook; or -ENOMEM. */
int bw_probe_of_name(const char *name, const struct bw_probe_kind **kind, char **target);

/* The kind that an option of that name is for: kprobe, kretprobe, tracepoint, raw-tracepoint, uprobe, uretprobe. */
const struct bw_probe_kind *bw_probe_of_option(const char *option);

/* Does the kernel let a hook of that kind miss returns: those of many calls at once, or of deeply nested ones? */
enum bw_probe_return { BW_RETURN_NONE, BW_RETURN_AT_ONCE, BW_RETURN_NESTED };
enum bw_probe_return bw_probe_return(const struct bw_probe_kind *kind);

/* The number, in the kernel's BTF, of the function that a bound program's target is. 0, or -ENOENT. */
int bw_probe_function(const struct bw_probe_kind *kind, const char *target, const struct btf *btf, uint32_t *id);

/*
 * Is tracefs where libbcc reads the tracepoints' formats when it compiles TRACEPOINT_PROBE, and attaches to them?
 * 0, or -ENODEV, reported on stderr.
 */
int bw_probe_tracefs(void);

/* Is it not, for want of debugfs alone? */
bool bw_probe_wants_debugfs(void);
