/* SPDX-License-Identifier: Apache-2.0 */
/* Strict parsing: the whole text must be what is asked for; no sign, space or trailing byte passes. */
#pragma once

#include <stdint.h>

/* A decimal number of digits alone, at most max. 0, or -EINVAL (not a number) or -ERANGE (too large). */
int bw_parse_number(const char *text, uint64_t max, uint64_t *value);

/* The index of text among words, which end with NULL; -1 if it is none of them. */
int bw_parse_word(const char *text, const char *const *words);
