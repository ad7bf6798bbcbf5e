/* SPDX-License-Identifier: Apache-2.0 */
/* Tracepoints of tracefs, by libbcc. */
#include <bcc/bcc_version.h>
#include <bcc/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "kernel/tracefs.h"
#include "program/probe_kinds.h"

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
	if (KNOWS_TRACEFS ? bw_tracefs_find("") != NULL : !bw_probe_wants_debugfs())
		return 0;
	if (KNOWS_TRACEFS) {
		bw_log_error(-ENODEV, "cannot use tracepoints: tracefs is not mounted");
		bw_log_hint("mount -t tracefs tracefs /sys/kernel/tracing");
	} else {
		bw_log_error(-ENODEV, "cannot use tracepoints: debugfs is not mounted");
		bw_log_hint("mount -t debugfs debugfs /sys/kernel/debug # this libbcc finds tracefs only below it");
	}
	return -ENODEV;
}

/* "syscalls:sys_enter_openat" in two, or with "__" for the colon: the category's name has no double underscore. */
static int split(const char *target, char category[NAME_MAX], const char **name)
{
	const char *colon = strchr(target, ':'), *gap = colon ? colon : strstr(target, "__");
	size_t len = colon ? 1 : 2;

	if (!gap || gap == target || gap - target >= NAME_MAX || !gap[len])
		return -EINVAL;
	snprintf(category, NAME_MAX, "%.*s", (int)(gap - target), target);
	*name = gap + len;
	return 0;
}

static bool is_target(const char *target)
{
	const char *colon = strchr(target, ':');

	return colon && colon > target && bw_probe_kinds_is_name(colon + 1) && !strpbrk(target, " /");
}

static int check(const char *target)
{
	char category[NAME_MAX];
	const char *name;
	int r = split(target, category, &name);

	return r < 0 ? r : bw_tracefs_tracepoint("", category, name);
}

static int attach(int program, const char *target)
{
	char category[NAME_MAX];
	const char *name;
	int r = split(target, category, &name), fd;

	if (r < 0)
		return r;
	fd = bpf_attach_tracepoint(program, category, name);
	return fd < 0 ? -errno : fd;
}

static void explain_missing(const char *target)
{
	char category[NAME_MAX], suggestions[512];
	const char *name;

	if (split(target, category, &name) < 0)
		return;
	bw_log_error(-ENOENT, "cannot attach tracepoint '%s:%s': no such tracepoint", category, name);
	bw_tracefs_suggest("", category, name, suggestions, sizeof(suggestions));
	if (*suggestions)
		bw_log_hint("did you mean %s?", suggestions);
}

static void explain(const char *target, int error)
{
	switch (error) {
	case -EINVAL:
		bw_log_error(error,
			     "cannot attach 'tracepoint__%s': its name is not of the form tracepoint__CATEGORY__NAME",
			     target);
		break;
	case -ENODEV:
		bw_probe_tracefs();
		break;
	case -ENOENT:
		explain_missing(target);
		break;
	default:
		bw_log_error(error, "cannot attach tracepoint '%s': %s", target, strerror(-error));
	}
}

const struct bw_probe_kind bw_probe_tracepoint = {
	.prefix = "tracepoint__",
	.word = "tracepoint",
	.option = "tracepoint",
	.usage = "it is CATEGORY:NAME:FUNCTION",
	.type = BPF_PROG_TYPE_TRACEPOINT,
	.is_target = is_target,
	.check = check,
	.attach = attach,
	.explain = explain,
};
