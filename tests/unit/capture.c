/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/capture.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static int kept = -1, saved[2];

void capture(void)
{
	assert_int_equal(kept, -1);
	fflush(NULL);
	kept = memfd_create("captured", MFD_CLOEXEC);
	assert_true(kept >= 0);
	for (int i = 0; i < 2; i++) {
		saved[i] = dup(i + 1);
		assert_true(saved[i] >= 0 && dup2(kept, i + 1) >= 0);
	}
}

const char *captured(void)
{
	static char text[1 << 16];
	ssize_t len;

	fflush(NULL);
	for (int i = 0; i < 2; i++) {
		dup2(saved[i], i + 1);
		close(saved[i]);
	}
	len = pread(kept, text, sizeof(text) - 1, 0);
	close(kept);
	kept = -1;
	assert_true(len >= 0);
	text[len] = '\0';
	return text;
}
