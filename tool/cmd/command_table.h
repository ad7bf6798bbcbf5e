/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command of bccwatch is one of these tables, at the end of its file. The parser, --help, the man page and the
 * completion are made from them.
 */
#pragma once

#include <stddef.h>

#include "cmd/exit_status.h"

/* What a completion offers for an option's argument, beside a list of words. */
#define BW_COMPLETE_FILE "FILE"
#define BW_COMPLETE_PID	 "PID"
#define BW_COMPLETE_USER "USER"

struct bw_command_option {
	int id;		      /* what bw_options_next returns: the short letter, or a number above 255 for none */
	const char *name;     /* without the dashes */
	const char *arg;      /* what --help calls its argument; NULL: it takes none */
	const char *help;     /* one sentence, without its full stop */
	const char *complete; /* BW_COMPLETE_*, or words separated by spaces; NULL: nothing */
};

struct bw_command {
	const char *name;
	const char *summary;
	const char *operand; /* what stands beside the options, once: "FILE.c"; NULL: nothing does */
	/* Any number of operands, and a command behind "--": "[PATH...] [-- COMMAND [ARG...]]"; NULL: none. */
	const char *operands;
	const char *verb;			 /* the word in front of the operand, a file; NULL: none */
	const char *other_verb, *other_operands; /* likewise another, and what stands behind it; NULL: none */
	const struct bw_command_option *options; /* ends with an id of 0 */
	/* argv[0] is the command's name. Returns BW_EXIT_*. */
	int (*run)(const struct bw_command *command, int argc, char **argv);
};

/* All commands, ending with NULL. */
extern const struct bw_command *const bw_command_table[];

/* The command of that name; NULL if there is none. */
const struct bw_command *bw_command_table_find(const char *name);

/* bccwatch's own options, before the command. */
extern const struct bw_command_option bw_global_options[];
