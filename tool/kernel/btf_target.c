/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/btf_target.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

int bw_btf_target_try(enum bw_btf_target kind, uint32_t function)
{
	static const struct {
		uint32_t type, attach;
	} kinds[] = {
		[BW_TARGET_FENTRY] = {BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY},
		[BW_TARGET_FMOD_RET] = {BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN},
		[BW_TARGET_LSM] = {BPF_PROG_TYPE_LSM, BPF_LSM_MAC},
	};
	const struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attr;
	BW_FD int fd = -1;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = kinds[kind].type;
	attr.expected_attach_type = kinds[kind].attach;
	attr.attach_btf_id = function;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = sizeof(insns) / sizeof(*insns);
	attr.license = (uintptr_t) "GPL";
	fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	return fd < 0 ? -errno : 0;
}
