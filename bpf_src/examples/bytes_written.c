// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
//
//     sudo bccwatch run --interval 5 --clear bpf_src/examples/bytes_written.c
//
// Bytes written by each process in five seconds, the most at the end. vfs_write() serves write() and pwrite(),
// for files, pipes and terminals; its result is how many bytes were written, or an error.

#include <linux/fs.h>
#include <linux/sched.h>

struct process_t {
	u32 pid;
	char comm[TASK_COMM_LEN];
};

struct total_t {
	u64 bytes; // the table is sorted by the first number
	u64 writes;
};

BPF_HASH(written, struct process_t, struct total_t);

KRETFUNC_PROBE(vfs_write, struct file *file, const char *buf, size_t count, loff_t *pos, ssize_t ret)
{
	struct process_t process = {};
	struct total_t nothing = {}, *total;

	if (ret <= 0)
		return 0;
	process.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&process.comm, sizeof(process.comm));
	total = written.lookup_or_try_init(&process, &nothing);
	if (!total) // the map is full
		return 0;
	lock_xadd(&total->bytes, ret); // threads of the process may be here at the same time
	lock_xadd(&total->writes, 1);
	return 0;
}
