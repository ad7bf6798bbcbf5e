/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What the verifier, and clang before it, need to be helped with. The verifier goes through a program before it is
 * loaded, along each way that differs in what it knows of any value, and refuses what it cannot prove to be safe, or
 * what takes it more than a million instructions.
 */
#pragma once

#include <linux/version.h>

/* Reads a member of what a pointer into the kernel leads to. libbcc does so by itself only for a kprobe's arguments. */
#define PEEK(to, from) bpf_probe_read_kernel(&(to), sizeof(to), &(from))

/*
 * clang must not use what it knows of the value: it leaves out a test whose result it knows, and the verifier does not,
 * or tests a copy in one register and uses another.
 */
#define HIDE_FROM_CLANG(value) asm volatile("" : "+r"(value))

/* Keeps an index below size, a power of two, in a way that the verifier sees. */
#define BOUND(value, size)              \
	do {                            \
		HIDE_FROM_CLANG(value); \
		(value) &= (size)-1;    \
	} while (0)

/*
 * A helper writes the value, of which the verifier then knows nothing: it does not follow each of the values that the
 * variable can have, but all of them at once.
 */
#define HIDE_FROM_VERIFIER(value) bpf_probe_read_kernel(&(value), sizeof(value), &(value))

/* A number in a map's memory, read anew each time: there the verifier does not follow its values at all. */
#define UNTRACKED volatile

/* How often a loop may turn: from Linux 5.17 on the verifier prunes earlier, so more iterations fit. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 17, 0)
#define TURNS(new_kernels, old_kernels) (new_kernels)
#else
#define TURNS(new_kernels, old_kernels) (old_kernels)
#endif

/* -error, in a way that the verifier sees: an LSM program returns an error or 0, and nothing else. */
static inline long negative(u64 error)
{
	long result = 0;

	error &= 4095;
	asm volatile("%0 -= %1" : "+r"(result) : "r"(error));
	return result;
}
