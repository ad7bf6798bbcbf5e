/* SPDX-License-Identifier: Apache-2.0 */
/* `#line NUMBER "FILE"`: which file, and which line of it, a line of a text that was put together comes from. */
#pragma once

#include <stdio.h>

/* Writes the line `#line NUMBER "PATH"`. */
void bw_line_markers_put(FILE *out, unsigned number, const char *path);

/* Which file and line is line `number` of an expanded text? The file's name, malloc'd, or NULL if there is no memory.
 */
char *bw_line_markers_origin(const char *text, const char *path, unsigned number, unsigned *origin);

/* Makes the #line lines of a text empty. */
void bw_line_markers_blank(char *text);
