/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes from outside, made safe to show: they never reach a terminal as control sequences. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Writes src's len bytes to dst, which holds 4 * len bytes, and returns how many it wrote (no NUL is added).
 * Printable ASCII and valid UTF-8 stay; a backslash becomes two, so that what is shown can be read back;
 * newline, tab and carriage return become \n, \t, \r; every other control character (C0, DEL, C1), byte that
 * is no valid UTF-8, and character that reorders or breaks lines (U+200E, U+200F, U+2028 to U+202E, U+2066 to
 * U+2069) becomes \xNN, byte by byte.
 */
size_t bw_escape(char *dst, const char *src, size_t len);

/* The same, but a backslash and a tab stay: for messages, which nobody reads back. */
size_t bw_escape_controls(char *dst, const char *src, size_t len);

/*
 * The inside of a JSON string (RFC 8259), 6 * len bytes at most: what a terminal must not get is \uXXXX, a byte that is
 * no valid UTF-8 becomes U+FFFD, and *exact false.
 */
size_t bw_escape_json(char *dst, const char *src, size_t len, bool *exact);

/* Prints text as a JSON string, with its quotes. */
void bw_print_json(FILE *out, const char *text);

/* Prints text, whose newlines and tabs stay, as bw_escape_controls has the rest. */
void bw_print_text(FILE *out, const char *text);
