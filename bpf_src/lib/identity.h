/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The identity of an inode (lib/file_id.h). */
#pragma once

#include <linux/fs.h>

#include "file_id.h"
#include "verifier.h"

static inline void identify(struct inode *inode, struct file_id *id)
{
	struct super_block *sb = NULL;

	PEEK(sb, inode->i_sb);
	PEEK(id->dev, sb->s_dev);
	PEEK(id->ino, inode->i_ino);
	PEEK(id->generation, inode->i_generation);
}
