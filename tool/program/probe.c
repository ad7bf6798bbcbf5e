/* SPDX-License-Identifier: Apache-2.0 */
#include "program/probe.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/suggestions.h"
#include "kernel/btf.h"
#include "kernel/kallsyms.h"
#include "kernel/syscall.h"
#include "program/probe_kinds.h"

static const struct bw_probe_kind *const kinds[] = {
	&bw_probe_kprobe, &bw_probe_kretprobe, &bw_probe_tracepoint, &bw_probe_raw_tracepoint,
	&bw_probe_uprobe, &bw_probe_uretprobe, &bw_probe_kfunc,	     &bw_probe_kretfunc,
	&bw_probe_lsm,	  &bw_probe_fmod_ret,  &bw_probe_perf_event,
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

bool bw_probe_kinds_is_name(const char *target)
{
	return *target && !strpbrk(target, " \t\n:/");
}

void bw_probe_kinds_suggest(const char *function)
{
	BW_CLEANUP(bw_suggestions_free) struct bw_suggestions suggestions = {.name = function};
	char text[512];

	bw_kallsyms_suggest("", &suggestions);
	bw_suggestions_write(&suggestions, text, sizeof(text));
	if (*text)
		bw_log_hint("did you mean %s?", text);
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

static int syscall_target(const char *name, char **target)
{
	return asprintf(target, BW_SYSCALL "%s", name) < 0 ? -ENOMEM : 0;
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
		return syscall_target(name, target);
	name = kind->type == BPF_PROG_TYPE_TRACING ? behind(rest, vmlinux) : NULL;
	*target = strdup(name ? name : rest);
	return *target ? 0 : -ENOMEM;
}

int bw_probe_of_name(const char *name, const struct bw_probe_kind **kind, char **target)
{
	static const char *const syscall[] = {"syscall__", NULL};
	const char *rest = behind(name, syscall);

	if (rest) {
		*kind = &bw_probe_kprobe;
		return syscall_target(rest, target);
	}
	for (size_t i = 0; i < KINDS; i++) {
		const char *const prefixes[] = {kinds[i]->prefix, NULL};

		rest = behind(name, prefixes);
		if (!rest)
			continue;
		*kind = kinds[i];
		return target_of(*kind, rest, target);
	}
	return -ENOENT;
}

const struct bw_probe_kind *bw_probe_of_option(const char *option)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i]->option && strcmp(option, kinds[i]->option) == 0)
			return kinds[i];
	return NULL;
}
