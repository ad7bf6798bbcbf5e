/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that compile and run a program share: their options, and reading the source. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "build/header_choice.h"
#include "build/source.h"
#include "cmd/command_table.h"
#include "program/load.h"

struct bw_common_options {
	const char *source; /* the command's operand, or --source; NULL: the installed one */
	char **command;	    /* what stands behind "--", ended by NULL; NULL: there was none */
	uint64_t duration;  /* in ns; 0: until a signal */
	uint64_t pages;
	bool fail_on_loss, no_cache;
	enum bw_header_choice headers;
};

#define BW_COMMON_DEFAULTS   \
	{                    \
		.pages = 256 \
	} /* 1 MiB a CPU with pages of 4 KiB: some ten thousand opens at once */

enum {
	BW_OPT_SOURCE = 1024,
	BW_OPT_BUFFER_PAGES,
	BW_OPT_FAIL_ON_LOSS,
	BW_OPT_NO_CACHE,
	BW_OPT_HEADERS,
	BW_OPT_OPERAND /* not in the table: an operand of a command that has `operands` */
};

#define BW_COMMON_OPTIONS                                                                                    \
	{BW_OPT_SOURCE, "source", "FILE", "a BPF C source in place of the installed one", BW_COMPLETE_FILE}, \
		BW_RUN_OPTIONS

/* Without --source. */
#define BW_RUN_OPTIONS                                                                                           \
	{'d', "duration", "TIME", "end after this time: seconds, or with a unit, as 500ms, 10m, 2h", NULL},      \
		{BW_OPT_BUFFER_PAGES, "buffer-pages", "N",                                                       \
		 "pages of each CPU's event buffer, a power of two (default: 256)", NULL},                       \
		{BW_OPT_FAIL_ON_LOSS, "fail-on-loss", NULL, "exit with 3 if events were lost", NULL},            \
		{BW_OPT_HEADERS, "headers", "WHICH",                                                             \
		 "compile with the installed kernel headers, with btf (the types in the kernel's BTF), or auto " \
		 "(default)",                                                                                    \
		 "installed btf auto"},                                                                          \
		{BW_OPT_NO_CACHE, "no-cache", NULL,                                                              \
		 "compile the program, also if it was compiled before, and do not keep it", NULL},               \
		{'v', "verbose", NULL, "print on stderr what is done, and the compiler's output", NULL},         \
	{                                                                                                        \
		'h', "help", NULL, "show this help", NULL                                                        \
	}

/*
 * Reads a command's arguments: the common options and the operand into common, of every other option the id and value
 * are given to `set`, and the operands of a command that has `operands` likewise, as BW_OPT_OPERAND. `set` returns 0,
 * BW_EXIT_USAGE, or -1. 0; BW_EXIT_USAGE, reported; or -1 when there is nothing more to do (--help).
 */
int bw_common_options_parse(const struct bw_command *command, struct bw_common_options *common, int argc, char **argv,
			    int (*set)(void *cookie, int id, const char *value), void *cookie);

/* "OPTION VALUE: WANTED" on stderr; returns BW_EXIT_USAGE. */
int bw_common_options_usage_error(const char *option, const char *value, const char *wanted);

/* The index of value among the choices, which end with NULL; -1, reported with `wanted`, if it is none of them. */
int bw_common_options_word(const char *option, const char *value, const char *const *choices, const char *wanted);

/* A user's number, or the number of the user of that name. 0 or BW_EXIT_USAGE, reported. */
int bw_common_options_uid(const char *option, const char *value, uint32_t *uid);

/* 0, or -errno, reported, if this process may not load programs. */
int bw_common_options_privilege(const char *command);

/* A time in seconds or with a unit, of `least` ns at least, a millisecond or a second. 0 or BW_EXIT_USAGE, reported. */
#define BW_COMMON_MILLISECOND 1000000ULL
int bw_common_options_duration(const char *option, const char *value, uint64_t least, uint64_t *ns);

/* Reads --source's file, or bpf_src/name, and chooses its headers. 0 or -errno, reported; free it in either case. */
int bw_common_options_source(const struct bw_common_options *common, const char *name, struct bw_source *source);

/*
 * bw_load_sharing, which reports the source line of what the verifier refuses; for that it is compiled once more.
 * signal_fd is that of bw_build.
 */
int bw_common_options_load(struct bw_loaded *loaded, const struct bw_image *image, const struct bw_plan *plan,
			   struct bw_source *source, int signal_fd, const struct bw_load_shared *shared);
