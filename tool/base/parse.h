/* SPDX-License-Identifier: Apache-2.0 */
/* Strict parsing: the whole text must be what is asked for; no sign, space or trailing byte passes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A decimal number of digits alone, at most max. 0, or -EINVAL (not a number) or -ERANGE (too large). */
int bw_parse_number(const char *text, uint64_t max, uint64_t *value);

/* The index of text among words, which end with NULL; -1 if it is none of them. */
int bw_parse_word(const char *text, const char *const *words);

#define BW_PARSE_SECOND 1000000000ULL

/*
 * A time with its unit, 500ns, 250us, 10ms, 1s, 5m, 2h, in nanoseconds; not 0. A number without a unit is so many times
 * `bare` nanoseconds; bare 0: it must have one. As bw_parse_number.
 */
int bw_parse_duration(const char *text, uint64_t bare, uint64_t *ns);

/* A number of bytes; with k, M or G of 1024, 1024^2 or 1024^3. As bw_parse_number. */
int bw_parse_size(const char *text, uint64_t *bytes);

/* Can the text be a part of a name in C: letters, digits and underscores alone? */
bool bw_parse_is_identifier(const char *text);
