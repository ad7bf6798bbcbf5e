/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stderr_capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

enum { WORDS_MAX = 64 << 20 };

void bw_stderr_capture_begin(struct bw_stderr_capture *capture)
{
	fflush(stderr);
	capture->file = memfd_create("output", MFD_CLOEXEC);
	capture->saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (capture->file >= 0 && capture->saved >= 0)
		dup2(capture->file, STDERR_FILENO);
}

void bw_stderr_capture_end(struct bw_stderr_capture *capture, char **output, size_t *len)
{
	int error = errno;

	fflush(stderr);
	if (capture->saved >= 0)
		dup2(capture->saved, STDERR_FILENO);
	if (capture->file < 0 || bw_file_read_all(capture->file, WORDS_MAX, output, len) < 0) {
		*output = NULL;
		*len = 0;
	}
	bw_cleanup_fd(&capture->saved);
	bw_cleanup_fd(&capture->file);
	errno = error;
}
