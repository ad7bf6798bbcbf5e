/* SPDX-License-Identifier: Apache-2.0 */
/* What --help prints. */
#pragma once

#include "cmd/command_table.h"

/* Prints the help of a command, or of bccwatch (NULL), on stdout. */
void bw_help_print(const struct bw_command *command);
