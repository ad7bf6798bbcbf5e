/* SPDX-License-Identifier: Apache-2.0 */
/* bccwatch trace: who opens which file. */
#pragma once

#include "cmd/command_table.h"

extern const struct bw_command bw_trace_command;

/*
 * Compiles, loads and attaches what `bccwatch trace` would, and detaches it: for doctor. *hook: a constant, what it is
 * attached to. signal_fd: of bw_signals_open. 0 or -errno, reported on stderr.
 */
int bw_trace_try(int signal_fd, const char **hook);
