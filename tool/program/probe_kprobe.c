/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kprobe and kretprobe: by the kernel's perf, where nothing stays behind however this process ends. Not by libbcc:
 * where perf refuses, it goes on by tracefs, where the probe stays.
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "kernel/attachable.h"
#include "kernel/function.h"
#include "kernel/kallsyms.h"
#include "kernel/perf_kprobe.h"
#include "program/probe_kinds.h"

static void free_symbols(struct bw_kallsyms **symbols)
{
	if (*symbols)
		bw_kallsyms_free(*symbols);
}

/* The functions of one name. */
struct copies {
	uint64_t address; /* of the last */
	unsigned n;
};

static void count_copy(void *cookie, size_t i, const struct bw_kallsyms_symbol *symbol)
{
	struct copies *c = cookie;

	(void)i;
	c->address = symbol->address;
	c->n++;
}

/* "FUNCTION+N": the kernel does not look where the function ends. 0, or -errno as `explain` knows them. */
static int check_offset(const char *target)
{
	BW_CLEANUP(free_symbols) struct bw_kallsyms *symbols = NULL;
	const char *plus = strchr(target, '+');
	BW_FREE char *function = strndup(target, (size_t)(plus - target));
	const char *const name = function;
	struct copies copies = {0};
	uint64_t into, offset = strtoull(plus + 1, NULL, 0);
	int r = function ? bw_kallsyms_find("", &name, 1, count_copy, &copies) : -ENOMEM;

	if (r == 0 && copies.n != 1)
		r = copies.n == 0 ? -ENOENT : -EADDRNOTAVAIL;
	if (r == 0)
		r = bw_kallsyms_read("", &symbols);
	if (r == 0 && (!bw_kallsyms_at(symbols, copies.address + offset, &into) || into != offset))
		r = -ERANGE;
	return r;
}

static int create_kprobe(const char *target, int cpu)
{
	(void)cpu;
	int r = strchr(target, '+') ? check_offset(target) : 0;

	return r < 0 ? r : bw_perf_kprobe_create(target, false);
}

static bool is_place(const char *target)
{
	const char *plus = strchr(target, '+');
	char *end = NULL;

	if (!bw_probe_kinds_is_name(target) || plus == target)
		return false;
	if (plus && isdigit((unsigned char)plus[1]))
		strtoull(plus + 1, &end, 0);
	return !plus || (end && !*end);
}

static bool is_whole(const char *target)
{
	return bw_probe_kinds_is_name(target) && !strchr(target, '+');
}

static int create_kretprobe(const char *target, int cpu)
{
	(void)cpu;
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
	case -ERANGE:
		bw_log_error(error, "cannot attach kprobe '%s': the function ends before that place", target);
		break;
	case -EILSEQ:
		bw_log_error(error, "cannot attach kprobe '%s': no instruction begins there", target);
		bw_log_hint("gdb or objdump -d on the kernel's image print where they begin");
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
	.usage = "it is EVENT:FUNCTION: the kernel's function, or NAME+OFFSET in it, and the source's",
	.type = BPF_PROG_TYPE_KPROBE,
	.probes_functions = true,
	.is_target = is_place,
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
	.is_target = is_whole,
	.explain = explain,
	.create = create_kretprobe,
};
