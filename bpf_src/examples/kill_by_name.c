// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
//
//     sudo bccwatch run bpf_src/examples/kill_by_name.c
//
// Kills who opens a file by the name forbidden.txt: the kernel sends the process SIGKILL before its system call
// returns. Only the text given to openat() is compared: another path to the same file (./forbidden.txt, a link)
// is not seen, and open(), openat2() and io_uring have hooks of their own. `bccwatch block` closes these gaps.

#include <linux/sched.h>
#include <uapi/linux/limits.h>

#define FORBIDDEN "forbidden.txt"

struct data_t {
	u64 ts;
	u32 pid;
	char comm[TASK_COMM_LEN];
	char fname[NAME_MAX];
};

BPF_PERF_OUTPUT(killed);

static bool is_forbidden(const char *name)
{
	const char forbidden[] = FORBIDDEN;

#pragma unroll
	for (int i = 0; i < sizeof(forbidden); i++) // with the NUL at its end
		if (name[i] != forbidden[i])
			return false;
	return true;
}

TRACEPOINT_PROBE(syscalls, sys_enter_openat)
{
	struct data_t data = {};

	bpf_probe_read_user_str(&data.fname, sizeof(data.fname), args->filename);
	if (!is_forbidden(data.fname))
		return 0;
	bpf_send_signal(9); // SIGKILL, to the process that runs now
	data.ts = bpf_ktime_get_ns();
	data.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&data.comm, sizeof(data.comm));
	killed.perf_submit(args, &data, sizeof(data));
	return 0;
}
