/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kprobe and kretprobe: by the kernel's perf, where nothing stays behind however this process ends. Not by libbcc:
 * where perf refuses, it goes on by tracefs, where the probe stays.
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "kernel/attachable.h"
#include "kernel/function.h"
#include "kernel/perf_kprobe.h"
#include "program/probe_kinds.h"

static int create_kprobe(const char *target)
{
	return bw_perf_kprobe_create(target, false);
}

static int create_kretprobe(const char *target)
{
	return bw_perf_kprobe_create(target, true);
}

/* The reason by the same facts as in `bccwatch probe`. */
static void explain_refused(const char *target)
{
	struct bw_attachable_verdict verdict;
	struct bw_function function = {0};

	bw_function_read_all("", &target, 1, &function);
	bw_attachable_kprobe(&function, &verdict);
	bw_log_error(0, "cannot attach kprobe '%s': %s", target,
		     *verdict.why ? verdict.why : "the kernel does not allow it");
}

static void explain(const char *target, int error)
{
	switch (error) {
	case -ENODEV:
		bw_log_error(error, "cannot attach kprobe '%s': this kernel has no kprobes (CONFIG_KPROBE_EVENTS)",
			     target);
		break;
	case -ENOENT:
		bw_log_error(error, "cannot attach kprobe '%s': no such function", target);
		bw_log_hint("in this kernel it may have another name, or be inlined: see /proc/kallsyms");
		bw_probe_kinds_suggest(target);
		break;
	case -EINVAL:
		explain_refused(target);
		break;
	case -EADDRNOTAVAIL:
		bw_log_error(error,
			     "cannot attach kprobe '%s': ambiguous, this kernel has several functions of that name",
			     target);
		bw_log_hint("probe a function that calls it, or a tracepoint");
		bw_probe_kinds_suggest(target);
		break;
	default:
		bw_log_error(error, "cannot attach kprobe '%s': %s", target, strerror(-error));
	}
}

#define USAGE "it is EVENT:FUNCTION: the kernel's function, and the source's"

const struct bw_probe_kind bw_probe_kprobe = {
	.prefix = "kprobe__",
	.word = "kprobe",
	.option = "kprobe",
	.usage = USAGE,
	.type = BPF_PROG_TYPE_KPROBE,
	.probes_functions = true,
	.is_target = bw_probe_kinds_is_name,
	.explain = explain,
	.create = create_kprobe,
};

const struct bw_probe_kind bw_probe_kretprobe = {
	.prefix = "kretprobe__",
	.word = "kretprobe",
	.option = "kretprobe",
	.usage = USAGE,
	.type = BPF_PROG_TYPE_KPROBE,
	.probes_functions = true,
	.returns = BW_PROBE_RETURN_AT_ONCE,
	.is_target = bw_probe_kinds_is_name,
	.explain = explain,
	.create = create_kretprobe,
};
