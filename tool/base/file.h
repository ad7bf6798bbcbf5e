/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files as bytes in memory. */
#pragma once

#include <stddef.h>

/*
 * Reads all of fd, from where it stands, into *text: malloc'd, owned by the caller, with a NUL behind its *len
 * bytes. 0 or -errno; -EFBIG if there are more than max bytes.
 */
int bw_file_read_fd(int fd, size_t max, char **text, size_t *len);

/* The same for a path. A fifo without a writer is empty; one with a writer is read to its end. */
int bw_file_read(const char *path, size_t max, char **text, size_t *len);

/* All of a memfd or file, from its beginning. */
int bw_file_read_all(int fd, size_t max, char **text, size_t *len);

/* Writes all len bytes to fd. 0 or -errno. */
int bw_file_write(int fd, const void *data, size_t len);

/*
 * Opens a regular file for reading: a device, a fifo or a socket at the path is never opened. Returns the descriptor,
 * the caller's, or -errno: -EINVAL if it is no regular file. (A network or FUSE file system can still block.)
 */
int bw_file_open_regular(const char *path);
