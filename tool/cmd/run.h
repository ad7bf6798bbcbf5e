/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/command_table.h"

extern const struct bw_command bw_run_command;
