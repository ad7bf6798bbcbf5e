/* SPDX-License-Identifier: Apache-2.0 */
/* The file of -o: written by root at a path that a user gave, perhaps in a directory where others may write. */
#pragma once

#include <stdbool.h>

/*
 * Opens the file for appending, and creates it for its owner alone (0600) where there is none. A symbolic link is
 * refused, as is a file that has further names or belongs to somebody else: neither the caller nor the user of sudo.
 * Character devices and fifos (that somebody reads) are taken as they are. empty: what a file has is removed.
 * Returns the descriptor, close-on-exec and the caller's, or -errno, reported.
 */
int bw_out_file_open(const char *path, bool empty);

/*
 * Would it be opened, as far as that can be said without opening or creating it? (A fifo's reader would see an end.) 0
 * or -errno, reported.
 */
int bw_out_file_check(const char *path);
