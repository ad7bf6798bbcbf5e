// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
//
//     sudo bccwatch run --kprobe vfs_unlink:on_call bpf_src/examples/stacks.c
//
// Who calls a function of the kernel, and how it gets there: the stacks of the kernel and of the process, each
// with how often it was seen, printed at the end. Here the function is vfs_unlink(), which deletes a file;
// --kprobe takes any that `bccwatch probe -l 'kprobe:*'` lists. The functions of a process have names while the
// process runs.

#include <linux/sched.h>
#include <uapi/linux/ptrace.h>

struct caller_t {
	u32 pid;
	char comm[TASK_COMM_LEN];
	int kernel_stack; // numbers in the table of stacks; negative: an error
	int user_stack;
};

BPF_STACK_TRACE(stacks, 4096);
BPF_HASH(calls, struct caller_t, u64);

int on_call(struct pt_regs *ctx)
{
	struct caller_t caller = {};

	caller.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&caller.comm, sizeof(caller.comm));
	caller.kernel_stack = stacks.get_stackid(ctx, 0);
	caller.user_stack = stacks.get_stackid(ctx, BPF_F_USER_STACK);
	calls.increment(caller);
	return 0;
}
