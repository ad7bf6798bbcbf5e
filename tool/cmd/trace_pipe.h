/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The messages of bpf_trace_printk, from the kernel's trace_pipe: there is one for the whole machine, and a line that
 * is read is gone for other readers.
 */
#pragma once

#include <stdbool.h>

#include "base/out.h"

struct bw_trace_pipe;

/* What was written before is skipped. *printk is the caller's, for bw_trace_pipe_close. 0 or -errno, reported on
 * stderr. */
int bw_trace_pipe_open(struct bw_trace_pipe **printk, bool as_json);
void bw_trace_pipe_close(struct bw_trace_pipe *printk);

/* The same from an open descriptor, which it owns from then on, also after a failure. 0 or -ENOMEM. */
int bw_trace_pipe_new(int fd, bool as_json, struct bw_trace_pipe **printk);

/* Becomes readable when there is a message. Owned by printk. */
int bw_trace_pipe_fd(const struct bw_trace_pipe *printk);

/* Appends the lines that are there to out: some of them, so that others have their turn, or, at the end, the rest. */
void bw_trace_pipe_read(struct bw_trace_pipe *printk, struct bw_out *out, bool rest);
