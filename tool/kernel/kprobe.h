/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel lets be probed. */
#pragma once

/* The kernel's list of what must not be probed, below debugfs: addresses and names. */
#define BW_BLACKLIST "/sys/kernel/debug/kprobes/blacklist"

/* How the kernel's perf counts its kprobes, /sys/bus/event_source/devices/kprobe (kernel 4.17 and later): 0 if
 * there are kprobes, -ENODEV if not. */
int bw_kprobe_supported(const char *root);

/*
 * Tries a kprobe on a function of the running kernel: places it, disabled and without a program, and takes it
 * back. 0, or -errno as the kernel gives it:
 *   -ENODEV   no kprobes in this kernel        -ENOENT         no such function
 *   -EINVAL   it must not be probed            -EADDRNOTAVAIL  several functions bear the name
 *   -EPERM, -EACCES   no privilege, or lockdown
 */
int bw_kprobe_try(const char *function);
