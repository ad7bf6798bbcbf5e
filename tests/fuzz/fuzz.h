/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fuzz target is a file fuzz_NAME.c that defines this function; its corpus is corpus/NAME. `make fuzz` links it with
 * libFuzzer, `make check-unit` with driver.c, which runs the corpus.
 */
#pragma once

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input as an open file. */
static inline int fuzz_file(const uint8_t *data, size_t size)
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) < 0)
		abort();
	return fd;
}
