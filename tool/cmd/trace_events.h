/* SPDX-License-Identifier: Apache-2.0 */
/* `bccwatch trace`, where more is asked for than the names given to opens: file events (bpf_src/trace.c). */
#pragma once

#include "cmd/trace_options.h"

/* Runs to its end. signal_fd is that of bw_signals_open. Returns the exit status. */
int bw_trace_events_run(const struct bw_trace_options *options, int signal_fd);
