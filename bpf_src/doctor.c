// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
//
// What `bccwatch doctor` tries: that a program compiles, is loaded and attached, and that what it sends arrives.

struct data_t {
	u64 ts;
	u32 pid;
};

BPF_PERF_OUTPUT(events);

RAW_TRACEPOINT_PROBE(sys_enter)
{
	struct data_t d = {};

	d.ts = bpf_ktime_get_ns();
	d.pid = bpf_get_current_pid_tgid() >> 32;
	events.perf_submit(ctx, &d, sizeof(d));
	return 0;
}
