/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of `bccwatch block` are read again while they are enforced. */
#pragma once

#include <stdint.h>

#include "cmd/block_program.h"
#include "cmd/watch.h"
#include "enforce/pin.h"

struct bw_block_run {
	struct bw_source source;
	size_t own_flags; /* of the source: those that do not depend on the rules */
	struct bw_watch watch;
	struct bw_block_program *program; /* the one that enforces; owned */
	uint64_t generation;		  /* of the rules: how often they were put in force */
	uint64_t outcomes[OUTCOMES];	  /* those of earlier programs */
	char trailer[2][40];		  /* for this generation and the next one */

	/* With --pin (cmd/block_pin.h). */
	struct bw_pin pin;
	struct bw_enforcement pinned; /* what was pinned at the start, and taken over; its rules and policies: */
	struct bw_rules pinned_rules;
	struct bw_policy pinned_plain;
	struct bw_policies pinned_policies;
	struct bw_load_shared shared; /* what the program has in common with that */
	struct bw_session_keeper keeper;
	bool taken_over;
};

/*
 * The end of each event's line: " GENERATION=N"; NULL: the rules are from no file, or are pinned, where the event has
 * it. Valid up to the call after next. */
const char *bw_block_reload_trailer(struct bw_block_run *run, uint64_t generation);

/*
 * Puts the rules of the command line and of its files, as they are now, in force: a second program enforces them before
 * the first one goes. Where that fails, the old rules stay; that is reported.
 */
void bw_block_reload(struct bw_block_run *run);

/* The same with the rules as they are, in place of a program that does not work. 0 or -errno, reported. */
int bw_block_reload_replace(struct bw_block_run *run);

/* Outcomes (OUTCOME_*) of all programs. */
uint64_t bw_block_reload_count(const struct bw_block_run *run, uint32_t outcome);
