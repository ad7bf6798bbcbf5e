/* SPDX-License-Identifier: Apache-2.0 */
/* A map of counts as a histogram, in the form that BCC's users know; one for each section, where its key has one. */
#pragma once

#include "output/table.h"

/*
 * Can it be one: values that are one number, keys that are one, or a struct with a member `slot`, or whose last member
 * is one? The other members are the section.
 */
bool bw_histogram_fits(const struct bw_table *table);

/*
 * Writes rows that bw_table_sort made ready to out. log2: slot n counts what is from 2^(n-1) to 2^n - 1. In JSON:
 * {"time":...,"table":"dist","section":{...},"histogram":"log2","buckets":[{"low":0,"high":1,"count":3},...],
 * "beyond":0}; beyond is what was counted in slots that are none: below 0, or from 65,536 on.
 * now: in ns of CLOCK_MONOTONIC. The rows' order is lost. 0 or -ENOMEM; a failure to write is out's.
 */
int bw_histogram_text(const struct bw_table *table, struct bw_table_rows *rows, bool log2, uint64_t now, FILE *out);
int bw_histogram_json(const struct bw_table *table, struct bw_table_rows *rows, bool log2, uint64_t now, FILE *out);
