/* SPDX-License-Identifier: Apache-2.0 */
/* A BPF C program to begin with, which `bccwatch run` runs as it is. */
#pragma once

#include <stdint.h>
#include <stdio.h>

struct btf;

enum bw_stub_hook { BW_STUB_KPROBE, BW_STUB_KFUNC, BW_STUB_LSM, BW_STUB_SYSCALL };

/*
 * Prints a program that reports each call of the function (of a hook of the security modules, its name without
 * security_), with its parameters: of the one with that number in btf, or, with 0, of one whose parameters are not
 * known. 0 or -errno.
 */
int bw_stub_function(FILE *out, enum bw_stub_hook hook, const struct btf *btf, uint32_t id, const char *name);

/* One for the system call ("openat"), with its arguments, and one for the tracepoint, with its fields. root is put
 * before tracefs. 0, or -errno of bw_tracepoint_format_each. */
int bw_stub_syscall(FILE *out, const char *root, const char *name);
int bw_stub_tracepoint(FILE *out, const char *root, const char *category, const char *name);
