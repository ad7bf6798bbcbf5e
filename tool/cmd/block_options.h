/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line of `bccwatch block` asks for. */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf_src/block/rules.h"
#include "cmd/common_options.h"
#include "enforce/access.h"
#include "enforce/hook.h"
#include "enforce/rules.h"

enum { BW_BLOCK_EXCEPTIONS_MAX = 1024, BW_BLOCK_FILES_MAX = 64 };

struct bw_block_options {
	struct bw_common_options common;
	struct bw_rules rules;
	enum bw_hook hook; /* BW_HOOKS: the strongest that works */
	bool deny;	   /* the process lives */
	bool dry_run, allow_mounts;
	bool deny_holders; /* reads, writes and mappings by descriptors that are open already */
	bool as_root;	   /* the command of common.command */
	uint32_t error;	   /* what a denied access fails with, an errno */
	struct bw_access access;
	uint32_t uids[BW_BLOCK_EXCEPTIONS_MAX];
	const char *exes[BW_BLOCK_EXCEPTIONS_MAX], *comms[BW_BLOCK_EXCEPTIONS_MAX]; /* of the command line */
	size_t n_uids, n_exes, n_comms;
	struct bw_subject
		subjects[BW_BLOCK_EXCEPTIONS_MAX]; /* n_subjects of --except and --only; their values are owned */
	size_t n_subjects;
	const char *files[BW_BLOCK_FILES_MAX]; /* n_files of --rules, whose rules are among the others */
	size_t n_files;
	size_t given_before[BW_BLOCK_FILES_MAX]; /* of each file: how many rules of the command line stand before it */
	const char *pin;			 /* the name of --pin; NULL: the rules end with the process */
	uint64_t self_test;			 /* ns between two; 0: none */
	const char *unpin;			 /* in place of blocking: the name of a pin that is to end */
	bool status, json;			 /* likewise: pins are listed */
};

#define BW_BLOCK_OPTIONS_DEFAULTS                                               \
	{                                                                       \
		.common = BW_COMMON_DEFAULTS, .error = EACCES, .hook = BW_HOOKS \
	}

extern const struct bw_command_option bw_block_options_table[];

/* 0; BW_EXIT_USAGE, reported; or -1 when there is nothing more to do. Free the options in either case. */
int bw_block_options_parse(struct bw_block_options *options, const struct bw_command *command, int argc, char **argv);
void bw_block_options_free(struct bw_block_options *options);

/* Why the hook can't do what is asked for, on any kernel; NULL: it can. A constant. */
const char *bw_block_options_unfit(const struct bw_block_options *options, enum bw_hook hook);
