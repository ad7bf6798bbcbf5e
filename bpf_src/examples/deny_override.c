// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
//
//     sudo bccwatch run bpf_src/examples/deny_override.c
//
// Denies the open of a file by the name forbidden.txt, by bpf_override_return(): the system call returns the
// given error and does nothing. Needs a kernel with CONFIG_BPF_KPROBE_OVERRIDE, which distributions seldom
// build: see `bccwatch doctor`. As in kill_by_name.c, the text given to openat() is compared, and nothing else.

#include <linux/sched.h>
#include <uapi/linux/limits.h>
#include <uapi/linux/ptrace.h>

#define FORBIDDEN "forbidden.txt"

struct data_t {
	u64 ts;
	u32 pid;
	char comm[TASK_COMM_LEN];
	char fname[NAME_MAX];
};

BPF_PERF_OUTPUT(denied);

static bool is_forbidden(const char *name)
{
	const char forbidden[] = FORBIDDEN;

#pragma unroll
	for (int i = 0; i < sizeof(forbidden); i++) // with the NUL at its end
		if (name[i] != forbidden[i])
			return false;
	return true;
}

// syscall__NAME is attached to the function of the system call NAME, whatever this kernel calls it.
int syscall__openat(struct pt_regs *ctx, int dfd, const char __user *filename)
{
	struct data_t data = {};

	bpf_probe_read_user_str(&data.fname, sizeof(data.fname), filename);
	if (!is_forbidden(data.fname))
		return 0;
	bpf_override_return(ctx, -EPERM);
	data.ts = bpf_ktime_get_ns();
	data.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&data.comm, sizeof(data.comm));
	denied.perf_submit(ctx, &data, sizeof(data));
	return 0;
}
