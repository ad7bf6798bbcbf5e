/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The values that a program of bpf_src/ filters by: entry 0 of the map `filter`, BPF_ARRAY(filter, struct filter,
 * 1), which bccwatch fills. Which of them count is decided at compile time by -D FILTER_PID, FILTER_UID,
 * FILTER_COMM, so that a filter that is not used costs nothing.
 */
#pragma once

#include <linux/types.h>

struct filter {
	__u32 pid;
	__u32 uid;
	__u64 comm[2];	    /* the text that comm contains, its bytes from the lowest on, zero behind it */
	__u64 comm_mask[2]; /* 0xff for each byte of the text */
};

_Static_assert(sizeof(struct filter) == 40, "the same on both sides");
