// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
//
//     sudo bccwatch run bpf_src/examples/deletes.c
//
// Who deletes which file. The kernel calls security_inode_unlink() before each deletion, with the directory and
// the entry in it, so the name is the one in the directory, not the text of a system call. KRETFUNC_PROBE runs
// at the function's return and has its arguments and its result: 0 where the deletion is allowed.

#include <linux/fs.h>
#include <linux/sched.h>

struct data_t {
	u64 ts;
	u32 pid;
	u32 uid;
	char comm[TASK_COMM_LEN];
	u64 inode;
	char fname[NAME_MAX];
};

BPF_PERF_OUTPUT(deleted);

KRETFUNC_PROBE(security_inode_unlink, struct inode *dir, struct dentry *dentry, int ret)
{
	struct data_t data = {};

	if (ret != 0)
		return 0;
	data.ts = bpf_ktime_get_ns();
	data.pid = bpf_get_current_pid_tgid() >> 32;
	data.uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(&data.comm, sizeof(data.comm));
	data.inode = dentry->d_inode->i_ino;
	bpf_probe_read_kernel_str(&data.fname, sizeof(data.fname), dentry->d_name.name);
	deleted.perf_submit(ctx, &data, sizeof(data));
	return 0;
}
