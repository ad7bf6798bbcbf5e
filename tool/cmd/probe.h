/* SPDX-License-Identifier: Apache-2.0 */
/* bccwatch probe: what a function or tracepoint of the kernel looks like, and how it can be probed. */
#pragma once

#include "cmd/command_table.h"

extern const struct bw_command bw_probe_command;
