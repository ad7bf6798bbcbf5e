/* SPDX-License-Identifier: Apache-2.0 */
/* The filters of a command line of trace, opened. */
#pragma once

#include "cmd/trace_filter.h"
#include "tests/unit/trace_maps.h"

extern struct bw_trace_filter filter;

/* Fixtures; they make and free the maps, too. */
int make_filter(void **state);
int free_filter(void **state);

/* Opens the filters of these options, NULL-terminated. */
void open_filter(const char *const *arguments);
#define OPEN_FILTER(...) open_filter((const char *const[]){__VA_ARGS__, NULL})
