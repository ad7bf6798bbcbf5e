/* SPDX-License-Identifier: Apache-2.0 */
/* libbcc prints what it thinks of a failure to stderr. Here it is caught, so that our words come first. */
#pragma once

#include <stddef.h>

struct bw_stderr_capture {
	int saved; /* the real stderr */
	int words; /* a file in memory */
};

/* From here on stderr is kept; if that can't be had, it stays as it is. Not for nesting or threads. */
void bw_stderr_capture_begin(struct bw_stderr_capture *quiet);

/* stderr is itself again. *words is what was printed, malloc'd, the caller's, "" if nothing; errno is kept. */
void bw_stderr_capture_end(struct bw_stderr_capture *quiet, char **words, size_t *len);
