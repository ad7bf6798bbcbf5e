/* SPDX-License-Identifier: Apache-2.0 */
/* A BPF C program to begin with, for what a function returns and how long it takes. */
#pragma once

#include <stdbool.h>

#include "cmd/stub.h"

/* The function: as for bw_stub_function. Of BW_STUB_SYSCALL, name is that of the call; BW_STUB_LSM is none. */
struct bw_stub_of {
	enum bw_stub_hook hook;
	const struct btf *btf;
	uint32_t id; /* 0: it is not known what it returns */
	const char *name;
};

/*
 * Prints a program that reports the result of each call and, with latency, its duration in ns. 0 or -errno.
 */
int bw_stub_return(FILE *out, const struct bw_stub_of *function, bool latency);
