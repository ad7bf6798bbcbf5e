/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of probes. A function's name says where it goes, as in BCC: kprobe__FUNCTION, kretprobe__FUNCTION,
 * syscall__NAME, tracepoint__CATEGORY__NAME (TRACEPOINT_PROBE makes those), raw_tracepoint__NAME, kfunc__FUNCTION and
 * kretfunc__FUNCTION (KFUNC_PROBE, KRETFUNC_PROBE), lsm__HOOK (LSM_PROBE), kmod_ret__FUNCTION (KMOD_RET). By option, a
 * function can go to a kprobe, tracepoint, raw tracepoint or uprobe whatever its name.
 */
#pragma once

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

struct btf;

/* Which returns of a probe of the kind the kernel skips: none, those of many calls at once, of deeply nested ones. */
enum bw_probe_return { BW_PROBE_RETURN_NONE, BW_PROBE_RETURN_AT_ONCE, BW_PROBE_RETURN_NESTED };

struct bw_probe_kind {
	const char *prefix; /* of the function's name; what follows is the target; NULL: not by name */
	const char *word;   /* for messages: "kprobe" */
	const char *option; /* "raw-tracepoint"; NULL: there is none */
	const char *usage;  /* what the option's argument is; NULL: there is no option */
	enum bpf_prog_type type;
	/* Attached through BTF: how, and what the name of the function begins with that the program is loaded for. Else
	 * 0 and NULL. */
	enum bpf_attach_type btf_attach_type;
	const char *function_prefix;
	bool probes_functions; /* the target is the name of a kernel function */
	bool per_cpu;	       /* attached to each CPU */
	enum bw_probe_return returns;
	/* Has the target the form that `usage` says? NULL: there is no option. */
	bool (*is_target)(const char *target);
	/* Can the running kernel attach to it? Leaves nothing behind. 0 or -errno, as `explain` knows them. */
	int (*check)(const char *target);
	/* Attaches what `check` let pass; returns a descriptor, the caller's, which holds the probe, or -errno. libbcc
	 * may print to stderr. */
	int (*attach)(int program, const char *target);
	/* Reports why attaching failed with this error. */
	void (*explain)(const char *target, int error);
	/* Of kprobes and perf events, in place of `check` and `attach`, which are NULL then: creates the probe without
	 * a program. cpu counts where it is per CPU. Returns a descriptor, the caller's, for bw_perf_kprobe_attach, or
	 * -errno. */
	int (*create)(const char *target, int cpu);
};

/* Reads a function's name. 0, with a *target that the caller frees; -ENOENT if it names no probe; or -ENOMEM. */
int bw_probe_of_name(const char *name, const struct bw_probe_kind **kind, char **target);

/*
 * The kind that has the option: kprobe, kretprobe, tracepoint, raw-tracepoint, uprobe, uretprobe, perf-event; NULL:
 * none has.
 */
const struct bw_probe_kind *bw_probe_of_option(const char *option);

/* The number, in the kernel's BTF, of the function that a program attached through BTF is loaded for. 0, or -ENOENT. */
int bw_probe_function(const struct bw_probe_kind *kind, const char *target, const struct btf *btf, uint32_t *id);

/*
 * Is tracefs where libbcc reads the tracepoints' formats when it compiles TRACEPOINT_PROBE, and attaches to them?
 * 0, or -ENODEV, reported.
 */
int bw_probe_tracefs(void);

/* Is only debugfs missing for that? */
bool bw_probe_wants_debugfs(void);
