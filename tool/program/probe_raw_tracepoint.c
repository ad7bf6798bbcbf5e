/* SPDX-License-Identifier: Apache-2.0 */
/* Raw tracepoints, by libbcc. */
#include <bcc/libbpf.h>
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "program/probe_kinds.h"

/* The kernel has no list of them: only attaching shows. */
static int check(const char *target)
{
	(void)target;
	return 0;
}

static int attach(int program, const char *target)
{
	int fd = bpf_attach_raw_tracepoint(program, target);

	return fd < 0 ? -errno : fd;
}

static void explain(const char *target, int error)
{
	bw_log_error(error, "cannot attach raw tracepoint '%s': %s", target,
		     error == -ENOENT ? "no such raw tracepoint" : strerror(-error));
}

const struct bw_probe_kind bw_probe_raw_tracepoint = {
	.prefix = "raw_tracepoint__",
	.word = "raw tracepoint",
	.option = "raw-tracepoint",
	.usage = "it is NAME:FUNCTION",
	.type = BPF_PROG_TYPE_RAW_TRACEPOINT,
	.is_target = bw_probe_kinds_is_name,
	.check = check,
	.attach = attach,
	.explain = explain,
};
