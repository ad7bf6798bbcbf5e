/* SPDX-License-Identifier: Apache-2.0 */
#include "program/override.h"

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

int bw_override_available(const char *program)
{
	int error = bw_error_injection_supported();

	if (error == 0)
		return 0;
	if (error != -ENOTSUP)
		return bw_log_error(error, "can't tell whether functions can be overridden: %s", strerror(-error));
	bw_log_error(error,
		     "'%s' overrides a function (bpf_override_return), which this kernel does not let any program do",
		     program);
	bw_log_hint("It is built without CONFIG_BPF_KPROBE_OVERRIDE. bccwatch block --action deny works without it, by "
		    "LSM or fmod_ret.");
	return error;
}

static int explain_unlisted(const char *target, const char *like)
{
	bw_log_error(-EINVAL,
		     "the kernel does not let the function '%s' be overridden: it is not on its error-injection list",
		     target);
	if (*like)
		bw_log_hint("Functions that can be: %s.", like);
	bw_log_hint("All that can be are in " BW_OVERRIDE_LIST ".");
	return -EINVAL;
}

int bw_override_check(const struct bw_image_program *program, const struct bw_probe_kind *kind, const char *target)
{
	char like[1024];
	int r;

	if (!overrides(program))
		return 0;
	if (strcmp(kind->word, "kprobe") != 0)
		return bw_log_error(-EINVAL, "'%s' overrides a function (bpf_override_return): only a kprobe can",
				    program->name);
	r = bw_override_available(program->name);
	if (r < 0)
		return r;
	r = bw_error_injection_listed("", target, like, sizeof(like));
	if (r == 0)
		return explain_unlisted(target, like);
	if (r > 0)
		return 0;
	bw_log_error(r, "can't tell whether '%s' can be overridden: " BW_OVERRIDE_LIST ": %s", target, strerror(-r));
	bw_log_hint("mount -t debugfs debugfs /sys/kernel/debug");
	return r;
}
