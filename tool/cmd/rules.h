/* SPDX-License-Identifier: Apache-2.0 */
/* bccwatch rules: what is wrong in a file for `bccwatch block --rules`. */
#pragma once

#include "cmd/command_table.h"

extern const struct bw_command bw_rules_command;
