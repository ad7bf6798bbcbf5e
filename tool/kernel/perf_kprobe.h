/* SPDX-License-Identifier: Apache-2.0 */
/* Kprobes, by the perf of the kernel. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The kernel's list of what must not be probed, below debugfs: addresses and names. */
#define BW_BLACKLIST "/sys/kernel/debug/kprobes/blacklist"

/* Has the kernel kprobes of perf, /sys/bus/event_source/devices/kprobe (Linux 4.17 and later)? 0, or -ENODEV if not. */
int bw_perf_kprobe_supported(const char *root);

/*
 * Creates a kprobe on a function of the running kernel, where it begins or where it returns, or, as
 * "FUNCTION+N", at the instruction N bytes behind its beginning; without a program. A
 * descriptor, which is the caller's and holds the kprobe, for bw_perf_kprobe_attach; or -errno as the kernel gives it:
 *   -ENODEV   no kprobes in this kernel        -ENOENT         no such function
 *   -EINVAL   it must not be probed            -EADDRNOTAVAIL  several functions have the name
 *   -EILSEQ   no instruction begins there
 *   -EPERM, -EACCES   no privilege, or lockdown
 */
int bw_perf_kprobe_create(const char *target, bool at_return);

/* Attaches a loaded program. 0, with the descriptor that holds both now in *kprobe; or -errno. */
int bw_perf_kprobe_attach(int *kprobe, int program);

/*
 * How often the kernel skipped an attached kprobe: another kprobe ran on that CPU; or, of one at the return, more calls
 * were under way than it follows to their returns. 0; or -ENOTSUP: this kernel does not count it
 * (before 6.7).
 */
int bw_perf_kprobe_missed(int kprobe, uint64_t *missed);

/* Can one be created? Removes it again, which costs the kernel more than creating it. 0, or -errno as above. */
int bw_perf_kprobe_try(const char *function);
