// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
//
//     sudo bccwatch run bpf_src/examples/opens_kprobe.c
//
// Who opens which file, by a kprobe: the program runs whenever the kernel enters its function do_sys_openat2(),
// which serves open(), openat(), creat() and openat2(). Each open is printed as a line:
//
//     15:04:05 events PID=812 COMM=cat FILENAME=/etc/hosts

#include <linux/sched.h>
#include <uapi/linux/limits.h>
#include <uapi/linux/ptrace.h>

struct data_t {
	u64 ts; // nanoseconds since the boot: printed as the time of day
	u32 pid;
	char comm[TASK_COMM_LEN];
	char fname[NAME_MAX];
};

BPF_PERF_OUTPUT(events);

// The name says where the function is attached. After the registers come the parameters of the kernel's function.
int kprobe__do_sys_openat2(struct pt_regs *ctx, int dfd, const char __user *filename)
{
	struct data_t data = {};

	data.ts = bpf_ktime_get_ns();
	data.pid = bpf_get_current_pid_tgid() >> 32; // the upper half is the process, the lower half the thread
	bpf_get_current_comm(&data.comm, sizeof(data.comm));
	bpf_probe_read_user_str(&data.fname, sizeof(data.fname), filename); // it lies in the memory of the process
	events.perf_submit(ctx, &data, sizeof(data));
	return 0;
}
