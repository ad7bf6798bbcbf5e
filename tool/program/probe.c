/* SPDX-License-Identifier: Apache-2.0 */
#include "program/probe.h"

#include <bcc/bcc_version.h>
#include <bcc/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "kernel/attachable.h"
#include "kernel/btf.h"
#include "kernel/function.h"
#include "kernel/kallsyms.h"
#include "kernel/kprobe.h"
#include "kernel/lsm.h"
#include "kernel/syscall.h"
#include "kernel/tracefs.h"
#include "process/symbols.h"

enum { LIKE_BYTES = 512 };

/* The names that a misspelt one may stand for. */
static void hint_like(const char *target)
{
	char like[LIKE_BYTES];

	bw_kallsyms_like("", target, like, sizeof(like));
	if (*like)
		bw_log_hint("There are: %s.", like);
}

static bool is_word(const char *target)
{
	return *target && !strpbrk(target, " \t\n:/");
}

/*
 * By the kernel's perf, where nothing stays behind however this process ends. Not by libbcc: where perf refuses it goes
 * on by tracefs, where all stays; so perf would have to be asked before, and what is taken back for that costs more
 * than all else that bccwatch does at its start.
 */
static int place_kprobe(const char *target)
{
	return bw_kprobe_place(target, false);
}

static int place_kretprobe(const char *target)
{
	return bw_kprobe_place(target, true);
}

/* By the same facts as `bccwatch probe`. */
static void explain_refusal(const char *target)
{
	struct bw_attachable_verdict verdict;
	struct bw_function function = {0};

	bw_function_read_all("", &target, 1, &function);
	bw_attachable_kprobe(&function, &verdict);
	bw_log_error(0, "the kernel does not let the function '%s' be probed%s%s", target, *verdict.why ? ": " : "",
		     verdict.why);
}

static void explain_kprobe(const char *target, int error)
{
	switch (error) {
	case -ENODEV:
		bw_log_error(error, "this kernel has no kprobes (CONFIG_KPROBE_EVENTS)");
		break;
	case -ENOENT:
		bw_log_error(error, "this kernel has no function '%s' that can be probed", target);
		bw_log_hint(
			"It may bear another name in this version, or be inlined; /proc/kallsyms lists what there is.");
		hint_like(target);
		break;
	case -EINVAL:
		explain_refusal(target);
		break;
	case -EADDRNOTAVAIL:
		bw_log_error(error, "this kernel has several functions '%s': which one is to be probed can't be told",
			     target);
		bw_log_hint("Each is a copy, in a file of its own; probe what calls it, or a tracepoint.");
		hint_like(target);
		break;
	default:
		bw_log_error(error, "can't attach to the function '%s': %s", target, strerror(-error));
	}
}

/* libbcc knows the one mount point from 0.26 on; before, that below debugfs alone. */
#if defined(LIBBCC_VERSION_GEQ)
#define KNOWS_TRACEFS (LIBBCC_VERSION_GEQ(0, 26, 0))
#else
#define KNOWS_TRACEFS 0
#endif

bool bw_probe_wants_debugfs(void)
{
	return !KNOWS_TRACEFS && access("/sys/kernel/debug/tracing/events", F_OK) < 0;
}

int bw_probe_tracefs(void)
{
	if (KNOWS_TRACEFS ? bw_tracefs_find("") != NULL : access("/sys/kernel/debug/tracing/events", F_OK) == 0)
		return 0;
	bw_log_error(-ENODEV, "%s is not mounted, and tracepoints need it", KNOWS_TRACEFS ? "tracefs" : "debugfs");
	bw_log_hint(KNOWS_TRACEFS ? "mount -t tracefs tracefs /sys/kernel/tracing"
				  : "mount -t debugfs debugfs /sys/kernel/debug # this libbcc looks below it alone");
	return -ENODEV;
}

/* "syscalls:sys_enter_openat" in two, or with "__" for the colon: the category's name has no double underscore. */
static int split_tracepoint(const char *target, char category[NAME_MAX], const char **name)
{
	const char *colon = strchr(target, ':'), *gap = colon ? colon : strstr(target, "__");
	size_t len = colon ? 1 : 2;

	if (!gap || gap == target || gap - target >= NAME_MAX || !gap[len])
		return -EINVAL;
	snprintf(category, NAME_MAX, "%.*s", (int)(gap - target), target);
	*name = gap + len;
	return 0;
}

static bool is_tracepoint(const char *target)
{
	const char *colon = strchr(target, ':');

	return colon && colon > target && is_word(colon + 1) && !strpbrk(target, " /");
}

static int check_tracepoint(const char *target)
{
	char category[NAME_MAX];
	const char *name;
	int r = split_tracepoint(target, category, &name);

	return r < 0 ? r : bw_tracefs_tracepoint("", category, name);
}

static int attach_tracepoint(int program, const char *target)
{
	char category[NAME_MAX];
	const char *name;
	int r = split_tracepoint(target, category, &name), fd;

	if (r < 0)
		return r;
	fd = bpf_attach_tracepoint(program, category, name);
	return fd < 0 ? -errno : fd;
}

static void explain_tracepoint(const char *target, int error)
{
	switch (error) {
	case -EINVAL:
		bw_log_error(error, "'tracepoint__%s' does not name a tracepoint: tracepoint__CATEGORY__NAME", target);
		break;
	case -ENODEV:
		bw_probe_tracefs();
		break;
	case -ENOENT:
		bw_log_error(error, "this kernel has no tracepoint '%s'", target);
		break;
	default:
		bw_log_error(error, "can't attach to the tracepoint '%s': %s", target, strerror(-error));
	}
}

/* Only attaching tells. */
static int check_raw_tracepoint(const char *target)
{
	(void)target;
	return 0;
}

static int attach_raw_tracepoint(int program, const char *target)
{
	int fd = bpf_attach_raw_tracepoint(program, target);

	return fd < 0 ? -errno : fd;
}

static void explain_raw_tracepoint(const char *target, int error)
{
	if (error == -ENOENT)
		bw_log_error(error, "this kernel has no raw tracepoint '%s'", target);
	else
		bw_log_error(error, "can't attach to the raw tracepoint '%s': %s", target, strerror(-error));
}

/* Loading tells: it needs the function's number. */
static int check_bound(const char *target)
{
	(void)target;
	return 0;
}

/* Where bpf is no security module its programs are loaded and attached, and never called. */
static int check_lsm(const char *target)
{
	(void)target;
	return bw_lsm_active("", "bpf") == 0 ? -EOPNOTSUPP : 0;
}

static int attach_bound(int program, const char *target)
{
	union bpf_attr attr;
	int fd;

	(void)target; /* the loaded program knows it */
	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.prog_fd = (uint32_t)program;
	fd = (int)syscall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
	return fd < 0 ? -errno : fd;
}

/* BTF has one function of a name; of several that differ it has none. */
static void explain_unknown(const char *target, int error)
{
	struct bw_function function = {0};

	bw_function_read_all("", &target, 1, &function);
	if (function.copies > 1)
		bw_log_error(
			error,
			"this kernel has %u functions '%s', and its BTF has none of them: where they differ it leaves "
			"them out",
			function.copies, target);
	else
		bw_log_error(error, "this kernel's BTF has no function '%s' for a program to be put on", target);
	hint_like(target);
}

static void explain_bound(const char *target, int error)
{
	if (error == -ENODEV) {
		bw_log_error(error, "this kernel has no BTF (" BW_BTF_PATH "), and a program for '%s' needs it",
			     target);
	} else if (error == -ENOENT) {
		explain_unknown(target, error);
	} else if (error == -EOPNOTSUPP) {
		bw_log_error(error,
			     "an LSM program for '%s' would never be called: bpf is not among the kernel's security "
			     "modules (" BW_LSM_LIST ")",
			     target);
		bw_log_hint("Boot with lsm=...,bpf; the list has what stands before it.");
	} else {
		bw_log_error(error, "can't attach to '%s': %s", target, strerror(-error));
	}
}

enum { WHY_BYTES = 128 };

/* The file and the offset in it; "PATH:SYMBOL", or "PATH:0xOFFSET". why: as bw_symbols_find's. */
static int find_uprobe(const char *target, char path[PATH_MAX], uint64_t *offset, char why[WHY_BYTES])
{
	const char *colon = strrchr(target, ':');

	if (!colon || colon - target >= PATH_MAX)
		return -EINVAL;
	snprintf(path, PATH_MAX, "%.*s", (int)(colon - target), target);
	return bw_symbols_find(path, colon + 1, offset, why, WHY_BYTES);
}

static bool is_uprobe(const char *target)
{
	const char *colon = strrchr(target, ':');

	return *target == '/' && colon && is_word(colon + 1);
}

static int check_uprobe(const char *target)
{
	char path[PATH_MAX], why[WHY_BYTES];
	uint64_t offset;
	int r = find_uprobe(target, path, &offset, why);

	if (r < 0)
		return r;
	return access("/sys/bus/event_source/devices/uprobe/type", F_OK) == 0 ? 0 : -ENODEV;
}

static int attach_user(int program, const char *target, enum bpf_probe_attach_type type)
{
	char path[PATH_MAX], why[WHY_BYTES];
	uint64_t offset;
	int fd = find_uprobe(target, path, &offset, why);

	if (fd < 0)
		return fd;
	fd = bpf_attach_uprobe(program, type, target, path, offset, -1, 0);
	return fd < 0 ? -errno : fd;
}

static int attach_uprobe(int program, const char *target)
{
	return attach_user(program, target, BPF_PROBE_ENTRY);
}

static int attach_uretprobe(int program, const char *target)
{
	return attach_user(program, target, BPF_PROBE_RETURN);
}

static void explain_uprobe(const char *target, int error)
{
	char path[PATH_MAX], like[LIKE_BYTES], why[WHY_BYTES] = "";
	uint64_t offset;
	int found = find_uprobe(target, path, &offset, why);
	const char *symbol = strrchr(target, ':') + 1;

	if (error == -ENODEV) {
		bw_log_error(error, "this kernel has no uprobes (CONFIG_UPROBE_EVENTS)");
	} else if (found == -ESRCH) {
		bw_log_error(error, "%s has no function '%s'", path, symbol);
		bw_symbols_like(path, symbol, like, sizeof(like));
		if (*like)
			bw_log_hint("It has: %s.", like);
		else
			bw_log_hint("A stripped program has only the names that it exports.");
	} else if (found == -ENOTUNIQ) {
		bw_log_error(error, "%s has several functions '%s'", path, symbol);
		bw_log_hint("Name one by its offset in the file, as 0xN: nm and objdump show their addresses.");
	} else if (found == -ENOTSUP) {
		bw_log_error(error, "'%s' of %s is chosen among several functions when a program starts (IFUNC)",
			     symbol, path);
		bw_symbols_like(path, symbol, like, sizeof(like));
		bw_log_hint("Name the one that is taken here: %s.", like);
	} else if (found == -ERANGE) {
		bw_log_error(error, "%s executes nothing at the offset %s", path, symbol);
	} else if (found == -ENOEXEC) {
		bw_log_error(error, "%s is no program or library (ELF)", path);
	} else if (*why) {
		bw_log_error(error, "cannot read '%s': %s", path, why);
	} else {
		bw_log_error(error, "can't attach to '%s' of %s: %s", symbol, path, strerror(-error));
	}
}

#define KPROBE_USAGE	 "it is EVENT:FUNCTION: the kernel's function, and the source's"
#define TRACEPOINT_USAGE "it is CATEGORY:NAME:FUNCTION"
#define RAW_USAGE	 "it is NAME:FUNCTION"
#define UPROBE_USAGE	 "it is PATH:SYMBOL:FUNCTION, with the path from / on"

static const struct bw_probe_kind kinds[] = {
	{"kprobe__", "kprobe", KPROBE_USAGE, BPF_PROG_TYPE_KPROBE, 0, NULL, true, is_word, NULL, NULL, explain_kprobe,
	 place_kprobe},
	{"kretprobe__", "kretprobe", KPROBE_USAGE, BPF_PROG_TYPE_KPROBE, 0, NULL, true, is_word, NULL, NULL,
	 explain_kprobe, place_kretprobe},
	{"tracepoint__", "tracepoint", TRACEPOINT_USAGE, BPF_PROG_TYPE_TRACEPOINT, 0, NULL, false, is_tracepoint,
	 check_tracepoint, attach_tracepoint, explain_tracepoint, NULL},
	{"raw_tracepoint__", "raw tracepoint", RAW_USAGE, BPF_PROG_TYPE_RAW_TRACEPOINT, 0, NULL, false, is_word,
	 check_raw_tracepoint, attach_raw_tracepoint, explain_raw_tracepoint, NULL},
	{NULL, "uprobe", UPROBE_USAGE, BPF_PROG_TYPE_KPROBE, 0, NULL, false, is_uprobe, check_uprobe, attach_uprobe,
	 explain_uprobe, NULL},
	{NULL, "uretprobe", UPROBE_USAGE, BPF_PROG_TYPE_KPROBE, 0, NULL, false, is_uprobe, check_uprobe,
	 attach_uretprobe, explain_uprobe, NULL},
	{"kfunc__", "kfunc", NULL, BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, "", true, NULL, check_bound, attach_bound,
	 explain_bound, NULL},
	{"kretfunc__", "kretfunc", NULL, BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, "", true, NULL, check_bound,
	 attach_bound, explain_bound, NULL},
	{"lsm__", "LSM", NULL, BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "bpf_lsm_", false, NULL, check_lsm, attach_bound,
	 explain_bound, NULL},
	{"kmod_ret__", "fmod_ret", NULL, BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN, "", false, NULL, check_bound,
	 attach_bound, explain_bound, NULL},
};

enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

enum bw_probe_return bw_probe_return(const struct bw_probe_kind *kind)
{
	if (kind->place == place_kretprobe)
		return BW_RETURN_AT_ONCE;
	return kind->attach == attach_uretprobe ? BW_RETURN_NESTED : BW_RETURN_NONE;
}

int bw_probe_function(const struct bw_probe_kind *kind, const char *target, const struct btf *btf, uint32_t *id)
{
	char name[NAME_MAX];

	snprintf(name, sizeof(name), "%s%s", kind->function_prefix, target);
	return bw_btf_function(btf, name, id);
}

/* The rest of text behind the first of the prefixes, which end with NULL, that it begins with; NULL: with none. */
static const char *behind(const char *text, const char *const *prefixes)
{
	for (; *prefixes; prefixes++) {
		size_t len = strlen(*prefixes);

		if (strncmp(text, *prefixes, len) == 0 && text[len])
			return text + len;
	}
	return NULL;
}

/* As in BCC, a system call's function may be written as on any machine: kprobe__sys_open, kprobe____x64_sys_open. */
static int target_of(const struct bw_probe_kind *kind, const char *rest, char **target)
{
	static const char *const syscalls[] = {"sys_",
					       "__x64_sys_",
					       "__x32_compat_sys_",
					       "__ia32_compat_sys_",
					       "__arm64_sys_",
					       "__s390x_sys_",
					       "__s390_sys_",
					       "__riscv_sys_",
					       NULL};
	static const char *const vmlinux[] = {"vmlinux__", NULL}; /* KFUNC_PROBE from libbcc 0.28 on */
	const char *name = NULL;

	if (kind->type == BPF_PROG_TYPE_KPROBE)
		name = behind(rest, syscalls);
	if (name && strncmp(rest, "__ia32", 6) != 0)
		return asprintf(target, BW_SYSCALL "%s", name) < 0 ? -ENOMEM : 0;
	name = kind->type == BPF_PROG_TYPE_TRACING ? behind(rest, vmlinux) : NULL;
	*target = strdup(name ? name : rest);
	return *target ? 0 : -ENOMEM;
}

int bw_probe_of_name(const char *name, const struct bw_probe_kind **kind, char **target)
{
	static const char *const syscall[] = {"syscall__", NULL};
	const char *rest = behind(name, syscall);

	if (rest) {
		*kind = &kinds[0];
		return asprintf(target, BW_SYSCALL "%s", rest) < 0 ? -ENOMEM : 0;
	}
	for (size_t i = 0; i < KINDS; i++) {
		const char *const prefixes[] = {kinds[i].prefix, NULL};

		rest = behind(name, prefixes);
		if (!rest)
			continue;
		*kind = &kinds[i];
		return target_of(*kind, rest, target);
	}
	return -ENOENT;
}

const struct bw_probe_kind *bw_probe_of_option(const char *option)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].usage && strcmp(option, strcmp(kinds[i].word, "raw tracepoint") == 0 ? "raw-tracepoint"
												  : kinds[i].word) == 0)
			return &kinds[i];
	return NULL;
}
