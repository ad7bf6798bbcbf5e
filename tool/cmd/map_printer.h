/* SPDX-License-Identifier: Apache-2.0 */
/* The maps of a program, printed: tables, histograms, stacks. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/out.h"
#include "program/load.h"

struct bw_frames;

struct bw_map_printer {
	const struct bw_loaded *loaded;
	bool json;
	bool clear;		   /* empties the maps that were printed */
	const char *const *log2;   /* n_log2 tables that are such histograms, whatever the source declares */
	const char *const *linear; /* n_linear */
	size_t n_log2, n_linear;

	/* Private: the processes of the stacks. */
	struct bw_map_printer_owner {
		int64_t stack;
		pid_t pid;
	} * owners;
	size_t n_owners;
	struct bw_frames *frames; /* NULL: nothing was printed yet */
};

/* Is there a map of that name that can be printed? */
bool bw_map_printer_has(const struct bw_loaded *loaded, const char *name);

/* Can the map that there is of that name be a histogram? */
bool bw_map_printer_counts(const struct bw_loaded *loaded, const char *name);

/*
 * Remembers which process a stack is of: of a number whose name contains "stack", in a struct that has one called tgid
 * or pid. For each event; costs nothing where the program has no BPF_STACK_TRACE.
 */
void bw_map_printer_note(struct bw_map_printer *maps, const struct bw_layout *layout, const void *data, size_t size);

/* Appends all maps to out. Maps that can't be read are reported. */
void bw_map_printer_show(struct bw_map_printer *maps, struct bw_out *out);

void bw_map_printer_free(struct bw_map_printer *maps);
