/* SPDX-License-Identifier: Apache-2.0 */
/* `bccwatch block --pin NAME`: the rules hold without the process, and the next one takes over. */
#pragma once

#include "cmd/block_reload.h"

/* The maps that a reload shares (bw_load_shared), where the rules name the same programs and processes, and else. */
extern const char *const bw_block_pin_shared_same[], *const bw_block_pin_shared_always[];

/*
 * Opens the pin, whose rules do not hold for this process from here on. 0 or -errno, reported; 0 without --pin. Close
 * it in either case.
 */
int bw_block_pin_open(struct bw_block_run *run);
void bw_block_pin_close(struct bw_block_run *run);

/* What the program shares with the one that is pinned; NULL: nothing is. */
const struct bw_load_shared *bw_block_pin_shared(struct bw_block_run *run);

/* The program enforces its rules; what the pinned one has learned for the same rules is protected, too. 0 or -errno. */
int bw_block_pin_learn(struct bw_block_run *run);

/* Pins the program, attached so, which is in force then in place of the one before. 0 or -errno, reported. */
int bw_block_pin_put(struct bw_block_run *run, const struct bw_block_program *program,
		     const struct bw_attached *attached, uint64_t generation);

/* What the header says of it: what happened while no process watched, and what holds without one. */
void bw_block_pin_report(const struct bw_block_run *run);
