/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Does the current process pass the filters (lib/filter.h)? */
#pragma once

#include "filter.h"
#include "tree.h"

/* Those that are in use bccwatch defines by -D, as 1. */
#ifndef FILTER_PID
#define FILTER_PID 0
#endif
#ifndef FILTER_UID
#define FILTER_UID 0
#endif
#ifndef FILTER_COMM
#define FILTER_COMM 0
#endif

BPF_ARRAY(filter, struct filter, 1);
#if FILTER_NOT_PID
BPF_HASH(not_pids, u32, u32, 1); /* bccwatch makes it as large as it needs */
#endif

static inline struct filter *get_filter(void)
{
	int zero = 0;

	return filter.lookup(&zero);
}

/* Is the text part of comm? Both are 16 bytes in two words; comm is moved down byte by byte, to its end. */
static inline bool comm_contains(struct filter *f)
{
	u64 c[2] = {};

	bpf_get_current_comm(&c, sizeof(c));
#pragma unroll
	for (int i = 0; i < 16; i++) {
		if (!(c[0] & 0xff))
			return false;
		if ((c[0] & f->comm_mask[0]) == f->comm[0] && (c[1] & f->comm_mask[1]) == f->comm[1])
			return true;
		c[0] = c[0] >> 8 | c[1] << 56;
		c[1] >>= 8;
	}
	return false;
}

static inline bool is_left_out(void)
{
#if FILTER_NOT_PID
	u32 pid = bpf_get_current_pid_tgid() >> 32;

	return not_pids.lookup(&pid);
#else
	return false;
#endif
}

static inline bool is_wanted(void)
{
	int zero = 0;
	struct filter *f;

	if (is_left_out() || is_reader())
		return false;
	if (!FILTER_PID && !FILTER_UID && !FILTER_COMM)
		return true;
	f = filter.lookup(&zero);
	if (!f)
		return false;
	if (FILTER_PID && bpf_get_current_pid_tgid() >> 32 != f->pid)
		return false;
	if (FILTER_UID && (u32)bpf_get_current_uid_gid() != f->uid)
		return false;
	return !FILTER_COMM || comm_contains(f);
}
