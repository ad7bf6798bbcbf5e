/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of tables that a source declares: libbcc makes the same maps of several, and only the text has it. */
#pragma once

#include <stdbool.h>

#include "program/image.h"

/*
 * BW_DISPLAY_TABLE, or, for one that is declared as BPF_HISTOGRAM or BPF_TABLE("histogram", ...), which of the two
 * kinds: log2 if bpf_log2() or bpf_log2l() makes what it is incremented by.
 */
enum bw_image_display bw_map_display_of(const char *text, const char *table);

/* Does the text declare the table by that macro, whose first argument is its name? */
bool bw_map_display_is_declared(const char *text, const char *macro, const char *table);
