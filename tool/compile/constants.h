/* SPDX-License-Identifier: Apache-2.0 */
/* Not compiled: the Makefile takes from these headers the names of numbers that BPF programs use. */
#include <limits.h>
#include <sys/socket.h>
#undef __GLIBC__ /* linux/stat.h leaves its names to glibc's */
#include <asm/errno.h>
#include <asm/mman.h>
#include <asm/poll.h>
#include <asm/signal.h>
#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/if_ether.h>
#include <linux/limits.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/stat.h>
