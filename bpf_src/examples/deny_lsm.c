// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
//
//     sudo bccwatch run bpf_src/examples/deny_lsm.c
//
// Denies every open of a file whose name is forbidden.txt, by a hook for security modules (LSM): the kernel asks
// the program once the file is found, and before it is opened, whatever system call and path led there. The
// answer is an error number; 0 allows the open. Needs bpf in /sys/kernel/security/lsm; the kernel's parameter
// lsm= sets what stands there.

#include <linux/fs.h>
#include <linux/sched.h>

#define FORBIDDEN "forbidden.txt"

struct data_t {
	u64 ts;
	u32 pid;
	char comm[TASK_COMM_LEN];
	char fname[32];
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

LSM_PROBE(file_open, struct file *file)
{
	struct data_t data = {};

	bpf_probe_read_kernel_str(&data.fname, sizeof(data.fname), file->f_path.dentry->d_name.name);
	if (!is_forbidden(data.fname))
		return 0;
	data.ts = bpf_ktime_get_ns();
	data.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&data.comm, sizeof(data.comm));
	denied.perf_submit(ctx, &data, sizeof(data));
	return -EACCES;
}
