/* SPDX-License-Identifier: Apache-2.0 */
#include "program/override_check.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <string.h>

#include "base/log.h"
#include "kernel/error_injection.h"

static bool overrides(const struct bw_image_program *program)
{
	for (uint32_t i = 0; i < program->n_insns; i++) {
		const struct bpf_insn *insn = &program->insns[i];

		if (insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == 0 && insn->imm == BPF_FUNC_override_return)
			return true;
		i += insn->code == (BPF_LD | BPF_IMM | BPF_DW);
	}
	return false;
}

int bw_override_check_available(const char *program)
{
	int error = bw_error_injection_supported();

	if (error == 0)
		return 0;
	if (error != -ENOTSUP)
		return bw_log_error(error, "cannot find out whether functions can be overridden: %s", strerror(-error));
	bw_log_error(error, "cannot load '%s': this kernel has no bpf_override_return (CONFIG_BPF_KPROBE_OVERRIDE)",
		     program);
	bw_log_hint("bccwatch block --action deny works without it, by LSM or fmod_ret");
	return error;
}

static int explain_unlisted(const char *target, const char *similar)
{
	bw_log_error(-EINVAL, "cannot override '%s': it is not on the kernel's error-injection list", target);
	if (*similar)
		bw_log_hint("similar functions that can be overridden: %s", similar);
	bw_log_hint("all of them: " BW_OVERRIDE_LIST);
	return -EINVAL;
}

int bw_override_check_program(const struct bw_image_program *program, const struct bw_probe_kind *kind,
			      const char *target)
{
	char similar[1024];
	int r;

	if (!overrides(program))
		return 0;
	if (strcmp(kind->word, "kprobe") != 0)
		return bw_log_error(-EINVAL,
				    "cannot attach '%s': only a kprobe can override a function (bpf_override_return)",
				    program->name);
	r = bw_override_check_available(program->name);
	if (r < 0)
		return r;
	r = bw_error_injection_listed("", target, similar, sizeof(similar));
	if (r == 0)
		return explain_unlisted(target, similar);
	if (r > 0)
		return 0;
	bw_log_error(r, "cannot read " BW_OVERRIDE_LIST " for the override of '%s': %s", target, strerror(-r));
	bw_log_hint("mount -t debugfs debugfs /sys/kernel/debug");
	return r;
}
