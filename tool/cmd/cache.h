/* SPDX-License-Identifier: Apache-2.0 */
/* bccwatch cache: the programs that were compiled before. */
#pragma once

#include "cmd/command_table.h"

extern const struct bw_command bw_cache_command;
