/* SPDX-License-Identifier: Apache-2.0 */
/* Events of the types in bpf/types.h, whose layouts come from what clang knows of them, as lines of text. */
#pragma once

#include <bpf/btf.h>
#include <stdio.h>

#include "compile/btf_layout.h"
#include "output/event_text.h"
#include "tests/unit/bpf/types.h"
#include "tests/unit/unit.h"

#define OPEN_EVENT "open_event"

extern const struct bw_event_text_sentence by_field, in_table, opened, blocked;
extern struct btf *types;

/* Fixtures of a module. */
int load_types(void **state);
int free_types(void **state);

/* bw_btf_layout_read of a struct or typedef. */
int layout_of(const char *type, struct bw_layout *layout);

/* The line of a sample without its time, in a static buffer. */
const char *line_of(const char *type, const struct bw_event_text_sentence *sentence, const void *sample, size_t size);

/* What was written to a memory stream, with the time taken off the first line; in a static buffer. Frees *text. */
const char *shown(char **text, FILE *out);
