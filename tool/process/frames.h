/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of a stack as the names of functions, of the kernel and of running processes. What a process can shape is
 * read in sandboxes, in a bounded time.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Remembers what it has read, until bw_frames_end, and what it has reported. */
struct bw_frames;

/* *frames is the caller's, for bw_frames_free. root is put before /proc, and must live as long. 0 or -ENOMEM. */
int bw_frames_new(const char *root, struct bw_frames **frames);
void bw_frames_free(struct bw_frames *frames);

/* Before the first frame of an output: starts the time limit for naming. */
void bw_frames_begin(struct bw_frames *frames);

/* After the last: reports, once for each reason, how many have no names although they could have. */
void bw_frames_end(struct bw_frames *frames);

/*
 * Writes the address as "function+0x1f", with the file's name behind it where it is not the kernel's ("main+0x4
 * [cat]"), or as a number where it is not known: of a process that is gone, whose file has no symbols, or can't be read
 * in time. pid: the process, 0: not known. dst has a NUL.
 */
void bw_frames_name(struct bw_frames *frames, pid_t pid, uint64_t address, char *dst, size_t size);
