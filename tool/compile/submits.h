/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of a source that submit events, found without compiling it. */
#pragma once

#include <stdbool.h>

#include "build/tokens.h"

/* Names the tables that carry an event's type: this, a number, "_", and the name of the table that it is sent by. */
#define BW_LAYOUT_PREFIX "bccwatch_layout_"

/*
 * *longer is text in which each call that sends an event (TABLE.perf_submit, ringbuf_output, ringbuf_reserve,
 * ringbuf_submit) is wrapped: a table of the event's type is declared there, of which clang writes the layout, and a
 * failure is counted in the table BW_REFUSED_TABLE. libbcc knows such calls in the main file's
 * text alone, never in macros or headers, so none is missed. Without layouts the failures alone are counted. Lines keep
 * their numbers. *longer is malloc'd and the caller's. 0 or -ENOMEM.
 */
int bw_submits_wrap(const char *text, bool layouts, char **longer);

/* Is it the name of a method by which events are sent? */
bool bw_submits_is_method(struct bw_token token);
