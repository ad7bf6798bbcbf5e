/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What bpf_trace_printk writes, which is the kernel's trace_pipe: one for the whole machine, and what is read from it
 * is gone for others.
 */
#pragma once

#include <stdbool.h>

#include "base/out.h"

struct bw_printk;

/* What was written before is skipped. *printk is the caller's, for bw_printk_close. 0 or -errno, reported on stderr. */
int bw_printk_open(struct bw_printk **printk, bool json);
void bw_printk_close(struct bw_printk *printk);

/* The same of an open descriptor, which is taken over, from where it stands. 0 or -ENOMEM. */
int bw_printk_new(int fd, bool json, struct bw_printk **printk);

/* Becomes readable when there is something. */
int bw_printk_fd(const struct bw_printk *printk);

/* Appends the lines that are there to out: some of them, so that others have their turn, or, at the end, the rest. */
void bw_printk_read(struct bw_printk *printk, struct bw_out *out, bool rest);
