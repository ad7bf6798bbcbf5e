// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
//
//     sudo bccwatch run -d 10 bpf_src/examples/read_latency.c
//
// How long read() takes, in microseconds: one histogram for each program, printed at the end. The first
// tracepoint keeps the time at which a thread enters the system call, the second takes it from there.

#include <linux/sched.h>

struct program_t {
	char comm[TASK_COMM_LEN];
	u64 slot; // the row of the histogram: a power of two
};

BPF_HASH(started, u32, u64); // thread -> time; empty again when no read is under way
BPF_HISTOGRAM(microseconds, struct program_t);

TRACEPOINT_PROBE(syscalls, sys_enter_read)
{
	u32 thread = bpf_get_current_pid_tgid();
	u64 now = bpf_ktime_get_ns();

	started.update(&thread, &now);
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_read)
{
	u32 thread = bpf_get_current_pid_tgid();
	u64 *start = started.lookup(&thread);
	struct program_t program = {};

	if (!start) // the read began before this program did
		return 0;
	program.slot = bpf_log2l((bpf_ktime_get_ns() - *start) / 1000);
	started.delete(&thread);
	bpf_get_current_comm(&program.comm, sizeof(program.comm));
	microseconds.increment(program);
	return 0;
}
