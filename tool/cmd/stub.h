/* SPDX-License-Identifier: Apache-2.0 */
/* A BPF C program to begin with, which `bccwatch run` runs as it is. */
#pragma once

#include <stdint.h>
#include <stdio.h>

struct btf;

/*
 * Prints a program that tells of each call of the function, with its parameters: of the one with that number in btf,
 * or, with 0, of one whose parameters are not known. 0 or -errno.
 */
int bw_stub_function(FILE *out, const struct btf *btf, uint32_t id, const char *name);

/* One for the tracepoint, with its fields. root is put before tracefs. 0, or -errno of bw_format_each. */
int bw_stub_tracepoint(FILE *out, const char *root, const char *category, const char *name);
