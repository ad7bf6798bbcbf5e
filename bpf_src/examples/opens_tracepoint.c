// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
//
//     sudo bccwatch run bpf_src/examples/opens_tracepoint.c
//
// Who opens which file, by the tracepoint of the system call openat(). A tracepoint's name and fields stay the
// same from kernel to kernel, a function's may change; in return it is only about this one system call. Its
// fields are listed by `bccwatch probe syscalls:sys_enter_openat`.

#include <linux/sched.h>
#include <uapi/linux/limits.h>

struct data_t {
	u64 ts;
	u32 pid;
	u32 uid;
	char comm[TASK_COMM_LEN];
	char fname[NAME_MAX];
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_openat)
{
	struct data_t data = {};

	data.ts = bpf_ktime_get_ns();
	data.pid = bpf_get_current_pid_tgid() >> 32;
	data.uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(&data.comm, sizeof(data.comm));
	bpf_probe_read_user_str(&data.fname, sizeof(data.fname), args->filename);
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
