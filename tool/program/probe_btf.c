/* SPDX-License-Identifier: Apache-2.0 */
/* What is attached through BTF: kfunc and kretfunc (fentry, fexit), LSM and fmod_ret. */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "kernel/btf.h"
#include "kernel/function.h"
#include "kernel/lsm.h"
#include "program/probe_kinds.h"

/* Loading decides: it needs the function's number. */
static int check(const char *target)
{
	(void)target;
	return 0;
}

/* Where bpf is no security module, LSM programs are loaded and attached, and never called. */
static int check_lsm(const char *target)
{
	(void)target;
	return bw_lsm_active("", "bpf") == 0 ? -EOPNOTSUPP : 0;
}

static int attach(int program, const char *target)
{
	union bpf_attr attr;
	int fd;

	(void)target; /* the program was loaded for it */
	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.prog_fd = (uint32_t)program;
	fd = (int)syscall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
	return fd < 0 ? -errno : fd;
}

/* BTF has one function of a name; of several that differ it has none. */
static void explain_missing(const char *target, int error)
{
	struct bw_function function = {0};

	bw_function_read_all("", &target, 1, &function);
	if (function.copies > 1)
		bw_log_error(error, "cannot attach to '%s': ambiguous, this kernel has %u functions of that name",
			     target, function.copies);
	else
		bw_log_error(error, "cannot attach to '%s': no such function in the kernel's BTF", target);
	bw_probe_kinds_suggest(target);
}

static void explain(const char *target, int error)
{
	switch (error) {
	case -ENODEV:
		bw_log_error(error, "cannot attach to '%s': this kernel has no BTF (" BW_BTF_PATH ")", target);
		break;
	case -ENOENT:
		explain_missing(target, error);
		break;
	case -EOPNOTSUPP:
		bw_log_error(error,
			     "cannot attach to '%s': bpf is not among the kernel's security modules (" BW_LSM_LIST
			     "), an LSM program would never be called",
			     target);
		bw_log_hint("boot with lsm=LIST,bpf, where LIST is what that file has now");
		break;
	default:
		bw_log_error(error, "cannot attach to '%s': %s", target, strerror(-error));
	}
}

const struct bw_probe_kind bw_probe_kfunc = {
	.prefix = "kfunc__",
	.word = "kfunc",
	.type = BPF_PROG_TYPE_TRACING,
	.btf_attach_type = BPF_TRACE_FENTRY,
	.function_prefix = "",
	.probes_functions = true,
	.check = check,
	.attach = attach,
	.explain = explain,
};

const struct bw_probe_kind bw_probe_kretfunc = {
	.prefix = "kretfunc__",
	.word = "kretfunc",
	.type = BPF_PROG_TYPE_TRACING,
	.btf_attach_type = BPF_TRACE_FEXIT,
	.function_prefix = "",
	.probes_functions = true,
	.check = check,
	.attach = attach,
	.explain = explain,
};

const struct bw_probe_kind bw_probe_lsm = {
	.prefix = "lsm__",
	.word = "LSM",
	.type = BPF_PROG_TYPE_LSM,
	.btf_attach_type = BPF_LSM_MAC,
	.function_prefix = "bpf_lsm_",
	.check = check_lsm,
	.attach = attach,
	.explain = explain,
};

const struct bw_probe_kind bw_probe_fmod_ret = {
	.prefix = "kmod_ret__",
	.word = "fmod_ret",
	.type = BPF_PROG_TYPE_TRACING,
	.btf_attach_type = BPF_MODIFY_RETURN,
	.function_prefix = "",
	.check = check,
	.attach = attach,
	.explain = explain,
};
