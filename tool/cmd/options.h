/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a command line by an option table. */
#pragma once

#include "cmd/command.h"

enum { BW_OPTIONS_END = -1, BW_OPTIONS_BAD = -2 };

/*
 * The id of the next option, with its argument in *value; BW_OPTIONS_END behind the last; BW_OPTIONS_BAD, reported
 * on stderr, if it is not in the table, lacks its argument or has one too many. optind is as getopt left it.
 */
int bw_options_next(const struct bw_command_option *options, int argc, char **argv, const char **value);
