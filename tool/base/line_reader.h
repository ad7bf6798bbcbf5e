/* SPDX-License-Identifier: Apache-2.0 */
/* Files with an entry a line, as many of the kernel are. */
#pragma once

/*
 * Calls `found` with the word number `word` (from 0 on; words end at a space or a tab) of each line of the file that
 * has one. The word is valid until `found` returns. 0 or -errno.
 */
int bw_line_reader_each(const char *path, int word, void (*found)(void *cookie, const char *name), void *cookie);
