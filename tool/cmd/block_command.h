/* SPDX-License-Identifier: Apache-2.0 */
/* `block -- COMMAND`: the processes for which the rules hold, in the map `tree`. */
#pragma once

#include <stdbool.h>

#include "process/command.h"
#include "program/load.h"

/* Starts the command, which waits until it is released, as the only process in the map. 0 or -errno, reported. */
int bw_block_command_start(struct bw_command_run *command, const struct bw_loaded *loaded);

/* Reports once, in *reported, that there was no room for a process of the command: then the rules hold for all. */
void bw_block_command_report(const struct bw_loaded *loaded, bool *reported);
