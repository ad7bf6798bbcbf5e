/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* A file as the kernel itself identifies it; stat(2) has other numbers on btrfs and overlayfs. */
#pragma once

#include <linux/types.h>

struct file_id {
	__u64 ino;
	__u32 dev; /* the superblock's */
	__u32 generation;
};

_Static_assert(sizeof(struct file_id) == 16, "the same on both sides");
