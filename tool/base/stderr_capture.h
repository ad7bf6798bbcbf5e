/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps what libbcc prints to stderr, so that our message comes first. */
#pragma once

#include <stddef.h>

struct bw_stderr_capture {
	int saved; /* the real stderr */
	int file;  /* in memory; -1: none */
};

/* From here on stderr is kept; if that can't be had, it stays as it is. Not for nesting or threads. */
void bw_stderr_capture_begin(struct bw_stderr_capture *capture);

/* Restores stderr. *output is what was printed, malloc'd, the caller's; NULL, and *len 0, if it can't be read. errno is
 * kept. */
void bw_stderr_capture_end(struct bw_stderr_capture *capture, char **output, size_t *len);
