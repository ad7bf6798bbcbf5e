/* SPDX-License-Identifier: Apache-2.0 */
/* A program of block.c with the rules that it enforces: each reload makes another one. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "build/source.h"
#include "cmd/block_options.h"
#include "enforce/enforcement.h"
#include "program/image.h"
#include "program/load.h"
#include "program/plan.h"

struct bw_block_program {
	/* Given by the caller. */
	const struct bw_block_options *options;
	enum bw_hook hook; /* the one that is tried, or taken */
	int signal_fd;

	struct bw_policies policies;
	struct bw_enforcement enforcement;
	struct bw_image image;
	struct bw_plan plan;
	struct bw_loaded loaded;
	struct bw_block_options reloaded; /* the options of a program that a reload made; its rules are owned */
};

void bw_block_program_init(struct bw_block_program *program, const struct bw_block_options *options, enum bw_hook hook,
			   int signal_fd);

/* Makes the policies of the rules, and checks what they need (bw_enforcement_check). 0 or -errno, reported. */
int bw_block_program_check(struct bw_block_program *program);

/*
 * Compiles the source for the hook and the rules, and plans what is attached. The source's flags from own_flags on are
 * replaced. *fatal: another hook would not do better. 0; -EINTR, silently, if the run is to end; or -errno, reported.
 */
int bw_block_program_build(struct bw_block_program *program, struct bw_source *source, size_t own_flags, bool *fatal);

/* What the hook can do, and how large the maps must be: before the program is loaded. */
void bw_block_program_prepare(struct bw_block_program *program);

/* Frees what was loaded; it may be prepared again. */
void bw_block_program_unload(struct bw_block_program *program);

/* Frees what was built. */
void bw_block_program_free_build(struct bw_block_program *program);

/* Frees all. */
void bw_block_program_free(struct bw_block_program *program);
