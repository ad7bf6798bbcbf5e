/* SPDX-License-Identifier: Apache-2.0 */
/* What a command behind "--" leaves running when it ends. */
#pragma once

#include <sys/types.h>

#include "program/load.h"

/*
 * Reports how many processes of the map `tree` still run, but for the command's own. To be called when the command has
 * ended. root is put before /proc.
 */
void bw_trace_survivors_report(const struct bw_loaded *loaded, const char *root, pid_t command);
