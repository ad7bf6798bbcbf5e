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

void bw_stderr_capture_begin(struct bw_stderr_capture *quiet)
{
	fflush(stderr);
	quiet->words = memfd_create("words", MFD_CLOEXEC);
	quiet->saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (quiet->words >= 0 && quiet->saved >= 0)
		dup2(quiet->words, STDERR_FILENO);
}

void bw_stderr_capture_end(struct bw_stderr_capture *quiet, char **words, size_t *len)
{
	int error = errno;

	fflush(stderr);
	if (quiet->saved >= 0)
		dup2(quiet->saved, STDERR_FILENO);
	if (quiet->words < 0 || bw_file_read_all(quiet->words, WORDS_MAX, words, len) < 0) {
		*words = NULL;
		*len = 0;
	}
	bw_cleanup_fd(&quiet->saved);
	bw_cleanup_fd(&quiet->words);
	errno = error;
}
