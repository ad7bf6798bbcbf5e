/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes from outside, made safe to show: they never reach a terminal as control sequences. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Writes src's len bytes to dst, which holds 4 * len bytes, and returns how many it wrote (no NUL is added).
 * Printable ASCII and valid UTF-8 stay; a backslash becomes two, so that what is shown can be read back;
 * newline, tab and carriage return become \n, \t, \r; every other byte that is no valid UTF-8, and every byte of a
 * character that must not be shown as it is, becomes \xNN. These are, by the tables of one version of Unicode
 * (unicode.inc):
 *   - controls, formats, line and paragraph separators (Cc, Cf, Zl, Zp), Bidi_Control: they command, reorder, break;
 *   - Default_Ignorable_Code_Point, spaces other than U+0020 (Zs), U+2800: they are invisible, or look like a space;
 *   - unassigned code points, noncharacters and private use (Cn, Co): what a terminal makes of them is unknown;
 *   - marks (Mn, Me) that follow neither a letter or digit of ASCII nor a shown character beyond ASCII: they would be
 * drawn over what is not of the text.
 */
size_t bw_escape(char *dst, const char *src, size_t len);

/*
 * The same, but where src has one of the characters of `special` it stands in double quotes, a quote within as \". dst
 * holds 4 * len + 2 bytes. `special` has the quote, and what ends a value in the line: what was printed reads back in
 * one way only.
 */
size_t bw_escape_quote(char *dst, const char *src, size_t len, const char *special);

/* The version of Unicode whose tables are used: "15.0.0". */
const char *bw_escape_unicode_version(void);

/* The same, but a backslash and a tab stay: for messages, which nobody reads back. */
size_t bw_escape_controls(char *dst, const char *src, size_t len);

/*
 * The inside of a JSON string (RFC 8259), 6 * len bytes at most: what a terminal must not get is \uXXXX, a byte that is
 * no valid UTF-8 becomes U+FFFD, and *exact false.
 */
size_t bw_escape_json(char *dst, const char *src, size_t len, bool *exact);

/* Prints text, whose newlines and tabs stay, as bw_escape_controls has the rest. */
void bw_escape_print_text(FILE *out, const char *text);
