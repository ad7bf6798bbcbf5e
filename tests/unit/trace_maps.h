/* SPDX-License-Identifier: Apache-2.0 */
/* The maps of trace.c in memory, with a program that notes which file bccwatch has just opened, by stat(2)'s numbers.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bpf_src/block/rules.h"
#include "bpf_src/lib/filter.h"
#include "cmd/trace_options.h"
#include "tests/unit/fake_bpf.h"

extern struct fake trace_maps;

/* The options that a test is about; from defaults. */
extern struct bw_trace_options trace_options;

/* The process that opens paths, once it is started. */
extern const pid_t *trace_opener;

/* So many more opens than bccwatch's own are noted the next times. */
extern unsigned trace_others;

/* Fixtures. */
int make_trace_maps(void **state);
int free_trace_maps(void **state);

/* Makes the maps, as large as the image has them then (trace_maps.image). */
void trace_load(void);

/* Parses options, NULL-terminated. */
void trace_parse(const char *const *words);
#define TRACE_PARSE(...) trace_parse((const char *const[]){__VA_ARGS__, NULL})

bool trace_has_name(const char *directory, const char *name);
/* Is the file of that path in that map? */
bool trace_has(const char *map, const char *path);
/* What the map has for it; 0: no entry. */
uint32_t trace_access(const char *map, const char *path);
uint32_t trace_count(const char *map);
