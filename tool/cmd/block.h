/* SPDX-License-Identifier: Apache-2.0 */
/* bccwatch block: who opens a protected file is denied or killed. */
#pragma once

#include "cmd/command_table.h"

extern const struct bw_command bw_block_command;

/*
 * Which hook `bccwatch block --name NAME` would take here, found by loading, attaching and trying it, and detached
 * again: for doctor. *hook: its name, a constant. signal_fd: of bw_signals_open. 0 or -errno, reported on stderr.
 */
int bw_block_try(int signal_fd, const char **hook);
