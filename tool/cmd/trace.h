/* SPDX-License-Identifier: Apache-2.0 */
/* bccwatch trace: who opens which file. */
#pragma once

#include "cmd/command.h"

extern const struct bw_command bw_trace_command;
