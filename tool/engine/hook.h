/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of hooks. A function's name says where it goes, as in BCC: kprobe__FUNCTION, kretprobe__FUNCTION,
 * tracepoint__CATEGORY__NAME (TRACEPOINT_PROBE makes those), raw_tracepoint__NAME, lsm__HOOK (LSM_PROBE),
 * kmod_ret__FUNCTION (KMOD_RET).
 */
#pragma once

#include <linux/bpf.h>
#include <stdint.h>

struct btf;

struct bw_hook_kind {
	const char *prefix; /* of the function's name; what follows is the target */
	const char *word;   /* for messages: "kprobe" */
	enum bpf_prog_type type;
	/* The kernel checks the program against a function, found in BTF: how it is attached, and what its name begins
	 * with. Else 0 and NULL. */
	enum bpf_attach_type bound;
	const char *function_prefix;
	/* Can the running kernel attach to it? Leaves nothing behind. 0 or -errno, as `explain` knows them. */
	int (*check)(const char *target);
	/* Attaches what `check` let pass; returns a descriptor, which holds the hook, or -errno. libbcc may
	 * print to stderr. */
	int (*attach)(int program, const char *target);
	/* Says on stderr why attaching failed with this error. */
	void (*explain)(const char *target, int error);
};

/* Reads a function's name. 0; -EINVAL, reported on stderr, if it names no hook. *target points into name. */
int bw_hook_kind_of(const char *name, const struct bw_hook_kind **kind, const char **target);

/* The number, in the kernel's BTF, of the function that a bound program's target is. 0, or -ENOENT. */
int bw_hook_function(const struct bw_hook_kind *kind, const char *target, const struct btf *btf, uint32_t *id);

/*
 * Is tracefs where libbcc reads the tracepoints' formats when it compiles TRACEPOINT_PROBE, and attaches to them?
 * 0, or -ENODEV, reported on stderr.
 */
int bw_hook_tracefs(void);
