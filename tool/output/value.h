/* SPDX-License-Identifier: Apache-2.0 */
/* The value of a field as text. */
#pragma once

#include <stddef.h>

#include "output/layout.h"

/* The most bytes that bw_value_put writes for the field, its name not counted. */
size_t bw_value_longest(const struct bw_layout_field *field);

/*
 * Writes the value of a field of which `have` bytes are there at `data` (of any alignment), and returns how many
 * bytes it wrote. Numbers are decimal, pointers and unknown bytes hex, a bool true or false; text ends at its NUL
 * and is escaped (base/escape.h), and stands in double quotes if it has a space, `=` or a quote, within something else
 * also if it has a comma, bracket or brace; arrays are [1,2], those of arrays [[1,2],[3,4]], structs {a=1 b=2}. Missing
 * bytes:
 * "?", but text may be cut.
 */
size_t bw_value_put(char *dst, const struct bw_layout_field *field, const void *data, size_t have);

/* The same, for a text of several words that only a NAME=, or nothing, may follow: spaces alone do not quote it. */
size_t bw_value_put_words(char *dst, const struct bw_layout_field *field, const void *data, size_t have);

/* A text as bw_value_put has it; 4 * len + 2 bytes. */
size_t bw_value_put_quoted(char *dst, const char *text, size_t len);

/* The most bytes of a number (a sign and 19 digits, or 20 digits), a pointer, a bool or a character, and a NUL. */
enum { BW_VALUE_NUMBER_MAX = 21 };

/* The bits of a whole number of 1, 2, 4 or 8 bytes at data, or of a bit field in it; not sign-extended. */
uint64_t bw_value_number(const struct bw_layout_field *field, const void *data);

/* One element of the field, of which all bytes are there. */
size_t bw_value_put_one(char *dst, const struct bw_layout_field *field, const char *data);

/* 0x and two digits a byte, in memory's order; 2 + 2 * len bytes. */
size_t bw_value_put_hex(char *dst, const void *data, size_t len);
