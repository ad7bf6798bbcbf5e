/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files as bytes in memory. */
#pragma once

#include <stddef.h>

/*
 * Reads all of fd, from where it stands, into *text: malloc'd, owned by the caller, with a NUL behind its *len
 * bytes. 0 or -errno; -EFBIG if there are more than max bytes.
 */
int bw_file_read_fd(int fd, size_t max, char **text, size_t *len);

/* The same for a path. The writer of a fifo is not waited for if there is none; else it is read to its end. */
int bw_file_read(const char *path, size_t max, char **text, size_t *len);

/* All of a memfd or file, from its beginning. */
int bw_file_read_all(int fd, size_t max, char **text, size_t *len);

/* Writes all len bytes to fd. 0 or -errno. */
int bw_file_write(int fd, const void *data, size_t len);

/*
 * Opens a regular file for reading, whatever lies at the path: a device, a fifo or a socket is not opened, not even for
 * a moment. The descriptor, or -errno: -EINVAL if it is no regular file. (What serves the file can still block it.)
 */
int bw_file_open_regular(const char *path);
