/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What bpf_trace_printk writes, which is the kernel's trace_pipe: one for the whole machine, and what is read from it
 * is gone for others.
 */
#pragma once

#include <stdbool.h>

#include "base/out.h"

struct bw_trace_pipe;

/* What was written before is skipped. *printk is the caller's, for bw_trace_pipe_close. 0 or -errno, reported on
 * stderr. */
int bw_trace_pipe_open(struct bw_trace_pipe **printk, bool as_json);
void bw_trace_pipe_close(struct bw_trace_pipe *printk);

/* The same of an open descriptor, which is taken over, from where it stands. 0 or -ENOMEM. */
int bw_trace_pipe_new(int fd, bool as_json, struct bw_trace_pipe **printk);

/* Becomes readable when there is something. */
int bw_trace_pipe_fd(const struct bw_trace_pipe *printk);

/* Appends the lines that are there to out: some of them, so that others have their turn, or, at the end, the rest. */
void bw_trace_pipe_read(struct bw_trace_pipe *printk, struct bw_out *out, bool rest);
