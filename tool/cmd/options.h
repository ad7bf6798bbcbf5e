/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a command line by an option table. */
#pragma once

#include "cmd/command_table.h"

enum { BW_OPTIONS_END = -1, BW_OPTIONS_BAD = -2, BW_OPTIONS_OPERAND = 1 };

/*
 * The id of the next option, with its argument in *value; BW_OPTIONS_END behind the last; BW_OPTIONS_BAD, reported
 * on stderr, if it is not in the table, lacks its argument or has one too many. optind is as getopt left it.
 */
int bw_options_next(const struct bw_command_option *options, int argc, char **argv, const char **value);

/*
 * The same, and each operand as it comes: BW_OPTIONS_OPERAND, with the operand in *value. At BW_OPTIONS_END optind is
 * argc, or behind "--".
 */
int bw_options_next_or_operand(const struct bw_command_option *options, int argc, char **argv, const char **value);

enum { BW_OPTIONS_HELP = -1 };

/*
 * Reads all options, each by `set`, which returns 0 or, with the reason reported, BW_EXIT_USAGE; then optind is the
 * first operand. 0; BW_EXIT_USAGE, reported; or BW_OPTIONS_HELP: --help was given, and is printed.
 */
int bw_options_read(const struct bw_command *command, int argc, char **argv,
		    int (*set)(void *cookie, int id, const char *value), void *cookie);
