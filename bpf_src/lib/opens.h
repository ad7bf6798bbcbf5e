/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The kernel's function that every open of a path passes: open, openat, openat2, creat, the 32-bit ones, io_uring's and
 * the kernel's own. `file` is a struct filename, which begins with the pointer to the name, the kernel's own copy; `op`
 * a struct open_flags, which begins with the flags: so neither's header is needed.
 */
#pragma once

#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0) /* where it was renamed */
#define KPROBE_OPEN kprobe__do_file_open
#else
#define KPROBE_OPEN kprobe__do_filp_open
#endif
#define OPEN_FOR_EXEC 0x20 /* __FMODE_EXEC: execve looks for its program */
