/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps what libbcc prints to stderr, so that our message comes first. */
#pragma once

#include <stddef.h>

struct bw_stderr_capture {
	int saved; /* the real stderr */
	int file;  /* in memory; -1: none */
};

/* From this call on stderr is kept; on failure it stays as it is. Must not be nested, nor used with threads. */
void bw_stderr_capture_begin(struct bw_stderr_capture *capture);

/* Restores stderr. *output is what was printed, malloc'd, the caller's; NULL, and *len 0, if it can't be read. errno is
 * kept. */
void bw_stderr_capture_end(struct bw_stderr_capture *capture, char **output, size_t *len);
