/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/hook.h"

#include <bcc/bcc_version.h>
#include <bcc/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "kernel/btf.h"
#include "kernel/kprobe.h"
#include "kernel/tracefs.h"

/*
 * Without a limit for returns at once, libbcc attaches by the kernel's perf, and nothing stays behind however this
 * process ends. Where perf refuses, libbcc would go on by tracefs, which does stay behind: so perf is asked first.
 */
static int check_kprobe(const char *target)
{
	return bw_kprobe_try(target);
}

static int attach_kprobe(int program, const char *target)
{
	int fd = bpf_attach_kprobe(program, BPF_PROBE_ENTRY, target, target, 0, 0);

	return fd < 0 ? -errno : fd;
}

static int attach_kretprobe(int program, const char *target)
{
	int fd = bpf_attach_kprobe(program, BPF_PROBE_RETURN, target, target, 0, 0);

	return fd < 0 ? -errno : fd;
}

static void explain_kprobe(const char *target, int error)
{
	switch (error) {
	case -ENODEV:
		bw_err(error, "this kernel has no kprobes (CONFIG_KPROBE_EVENTS)");
		break;
	case -ENOENT:
		bw_err(error, "this kernel has no function '%s' that can be probed", target);
		bw_hint("It may bear another name in this version, or be inlined; /proc/kallsyms lists what there is.");
		break;
	case -EINVAL:
		bw_err(error, "the kernel does not let the function '%s' be probed (it is on the kprobe blacklist)",
		       target);
		break;
	case -EADDRNOTAVAIL:
		bw_err(error, "this kernel has several functions '%s', and does not say which one to probe", target);
		break;
	default:
		bw_err(error, "can't attach to the function '%s': %s", target, strerror(-error));
	}
}

/* libbcc knows the one mount point from 0.26 on; before, that below debugfs alone. */
#if defined(LIBBCC_VERSION_GEQ)
#define KNOWS_TRACEFS (LIBBCC_VERSION_GEQ(0, 26, 0))
#else
#define KNOWS_TRACEFS 0
#endif

int bw_hook_tracefs(void)
{
	if (KNOWS_TRACEFS ? bw_tracefs_find("") != NULL : access("/sys/kernel/debug/tracing/events", F_OK) == 0)
		return 0;
	bw_err(-ENODEV, "tracefs is not mounted, and tracepoints need it");
	bw_hint(KNOWS_TRACEFS ? "mount -t tracefs tracefs /sys/kernel/tracing"
			      : "mount -t debugfs debugfs /sys/kernel/debug # this libbcc looks below it alone");
	return -ENODEV;
}

/* "syscalls__sys_enter_openat" in two; the category's name has no double underscore. */
static int split_tracepoint(const char *target, char category[NAME_MAX], const char **name)
{
	const char *gap = strstr(target, "__");

	if (!gap || gap == target || gap - target >= NAME_MAX || !gap[2])
		return -EINVAL;
	snprintf(category, NAME_MAX, "%.*s", (int)(gap - target), target);
	*name = gap + 2;
	return 0;
}

static int check_tracepoint(const char *target)
{
	char category[NAME_MAX];
	const char *name;
	int r = split_tracepoint(target, category, &name);

	return r < 0 ? r : bw_tracepoint_find("", category, name);
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
		bw_err(error, "'tracepoint__%s' does not name a tracepoint: tracepoint__CATEGORY__NAME", target);
		break;
	case -ENODEV:
		bw_hook_tracefs();
		break;
	case -ENOENT:
		bw_err(error, "this kernel has no tracepoint '%s'", target);
		break;
	default:
		bw_err(error, "can't attach to the tracepoint '%s': %s", target, strerror(-error));
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
		bw_err(error, "this kernel has no raw tracepoint '%s'", target);
	else
		bw_err(error, "can't attach to the raw tracepoint '%s': %s", target, strerror(-error));
}

/* Loading tells: it needs the function's number. */
static int check_bound(const char *target)
{
	(void)target;
	return 0;
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

static void explain_bound(const char *target, int error)
{
	bw_err(error, "can't attach to '%s': %s", target, strerror(-error));
}

static const struct bw_hook_kind kinds[] = {
	{"kprobe__", "kprobe", BPF_PROG_TYPE_KPROBE, 0, NULL, check_kprobe, attach_kprobe, explain_kprobe},
	{"kretprobe__", "kretprobe", BPF_PROG_TYPE_KPROBE, 0, NULL, check_kprobe, attach_kretprobe, explain_kprobe},
	{"tracepoint__", "tracepoint", BPF_PROG_TYPE_TRACEPOINT, 0, NULL, check_tracepoint, attach_tracepoint,
	 explain_tracepoint},
	{"raw_tracepoint__", "raw tracepoint", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, NULL, check_raw_tracepoint,
	 attach_raw_tracepoint, explain_raw_tracepoint},
	{"lsm__", "LSM", BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "bpf_lsm_", check_bound, attach_bound, explain_bound},
	{"kmod_ret__", "fmod_ret", BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN, "", check_bound, attach_bound,
	 explain_bound},
};

int bw_hook_function(const struct bw_hook_kind *kind, const char *target, const struct btf *btf, uint32_t *id)
{
	char name[NAME_MAX];

	snprintf(name, sizeof(name), "%s%s", kind->function_prefix, target);
	return bw_btf_function(btf, name, id);
}

int bw_hook_kind_of(const char *name, const struct bw_hook_kind **kind, const char **target)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		size_t len = strlen(kinds[i].prefix);

		if (strncmp(name, kinds[i].prefix, len) == 0 && name[len]) {
			*kind = &kinds[i];
			*target = name + len;
			return 0;
		}
	}
	bw_err(-EINVAL, "the function '%s' names no hook to attach to", name);
	bw_hint("Name it kprobe__FUNCTION, kretprobe__FUNCTION, tracepoint__CATEGORY__NAME, raw_tracepoint__NAME,");
	bw_hint("lsm__HOOK or kmod_ret__FUNCTION,");
	bw_hint("or make it static if it is not a program of its own.");
	return -EINVAL;
}
