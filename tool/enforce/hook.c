/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/hook.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "kernel/btf.h"
#include "kernel/lsm.h"
#include "kernel/preemption.h"
#include "program/override_check.h"

#define SIGNAL_LIMITS "It denies nothing: the file is opened, created, emptied or changed before the process dies"
#define STRING_LIMITS "a link or a mount by which the file has another name is not seen"
#define PREEMPTION_LIMITS                                                                                            \
	"On this preemptible kernel, an open during another check on the same CPU is not checked; it is counted as " \
	"missed"

static const struct bw_hook_info hooks[] = {
	[BW_HOOK_LSM] = {.word = "lsm", .macro = "HOOK_LSM", .name = "LSM file_open", .denies = true},
	[BW_HOOK_FMOD_RET] = {.word = "fmod_ret",
			      .macro = "HOOK_FMOD_RET",
			      .name = "fmod_ret on security_file_open",
			      .denies = true},
	[BW_HOOK_OVERRIDE] = {.word = "override",
			      .macro = "HOOK_OVERRIDE",
			      .name = "override of the system calls that open",
			      .limits = "It sees the name that a system call is given: " STRING_LIMITS
					", opens by io_uring are killed but not denied, and changes "
					"by a descriptor or by io_uring are not seen",
			      .denies = true,
			      .by_string = true},
	[BW_HOOK_SIGNAL] = {.word = "signal",
			    .macro = "HOOK_SIGNAL",
			    .name = "signal from security_file_open",
			    .limits = SIGNAL_LIMITS "; truncate(2) is not seen"},
	[BW_HOOK_SIGNAL_NAME] = {.word = "signal",
				 .macro = "HOOK_SIGNAL_NAME",
				 .name = "signal from the kernel's open of a name",
				 .limits = SIGNAL_LIMITS "; " STRING_LIMITS "; truncate(2) is not seen",
				 .by_string = true},
};

const struct bw_hook_info *bw_hook_info(enum bw_hook hook)
{
	return &hooks[hook];
}

const char *bw_hook_unfit(enum bw_hook hook, const struct bw_hook_needs *needs)
{
	if (!hooks[hook].denies && needs->deny)
		return "it cannot deny an open: --action deny needs lsm, fmod_ret or override";
#ifndef __x86_64__
	if (hook == BW_HOOK_OVERRIDE)
		return "block.c knows the system calls of x86-64 only";
#endif
	if (hooks[hook].by_string && needs->by_file)
		return "it sees the names that system calls are given, not the files: --path and --dir need lsm, "
		       "fmod_ret or signal";
	if (hook > BW_HOOK_FMOD_RET && needs->holders)
		return "it does not see what is done by a descriptor that is open already: --holders deny needs lsm or "
		       "fmod_ret";
	if (hook > BW_HOOK_FMOD_RET && needs->pin)
		return "its probes end with the process: --pin needs lsm or fmod_ret";
	if (hook > BW_HOOK_FMOD_RET && needs->test)
		return "it cannot be tested while it enforces: --self-test needs lsm or fmod_ret";
	if (hook == BW_HOOK_SIGNAL_NAME && needs->changes)
		return "it sees opens alone: --access for more than read, exec and open needs another hook";
	if (hook == BW_HOOK_SIGNAL_NAME && needs->programs)
		return "it cannot identify programs: --except-exe needs another hook";
	return NULL;
}

int bw_hook_check(enum bw_hook hook, bool forced, const char *source)
{
	if (hook == BW_HOOK_OVERRIDE)
		return bw_override_check_available(source);
	if (hook == BW_HOOK_FMOD_RET && !forced && bw_preemption_is_full("")) {
		bw_log_error(-ENOTSUP, "cannot use hook 'fmod_ret' safely: the kernel is preemptible");
		bw_log_hint("--hook fmod_ret uses it anyway");
		return -ENOTSUP;
	}
	if (hook == BW_HOOK_LSM && bw_lsm_active("", "bpf") == 0)
		return bw_log_error(-ENOTSUP,
				    "cannot use hook 'lsm': bpf is not among the security modules in " BW_LSM_LIST);
	return 0;
}

const char *bw_hook_limits(enum bw_hook hook)
{
	return hook == BW_HOOK_FMOD_RET && bw_preemption_is_full("") ? PREEMPTION_LIMITS : hooks[hook].limits;
}

int bw_hook_parameters(enum bw_hook hook, const char *name)
{
	BW_CLEANUP(bw_btf_close) struct btf *btf = NULL;
	char function[64];

	snprintf(function, sizeof(function), "%s%s", hook == BW_HOOK_LSM ? "bpf_lsm_" : "security_", name);
	return bw_btf_open(BW_BTF_PATH, &btf) == 0 ? bw_btf_parameters(btf, function) : -ENOENT;
}
