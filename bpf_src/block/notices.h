/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What is only noticed: an inode is gone; something comes to a place; which program a process executes; its children.
 */
#pragma once

#include "../lib/track.h"
#include "../lib/tree.h"
#include "hook.h"
#include "subjects.h"
#include "waiting.h"

/* clang-format off */

#if BY_EXE && PINNED
NOTICE(security_inode_free, (struct inode *inode), on_inode_gone(inode) + on_free(inode))
#elif BY_FILE
NOTICE(security_inode_free, (struct inode *inode), on_free(inode))
#endif
#if WAITING
NOTICE(security_d_instantiate, (struct dentry *dentry, struct inode *inode), on_arrival(dentry, inode))
NOTICE(security_inode_rename, (struct inode *old, struct dentry *from, struct inode *dir, struct dentry *to,
			       unsigned int flags), on_move(from, to, flags))
#endif
#if FILTER_TREE || BY_CHILDREN
NOTICE(wake_up_new_task, (struct task_struct *task), on_new_task(task) + on_new_child(task))
NOTICE(release_task, (struct task_struct *task), on_task_gone(task) + on_child_gone(task))
#endif
#if BY_EXE
NOTICE(security_bprm_committed_creds, (struct linux_binprm *bprm), on_exec())
NOTICE(security_task_alloc, (struct task_struct *task, unsigned long flags), on_fork(task, flags))
NOTICE(security_task_free, (struct task_struct *task), on_exit(task))
#endif

/* clang-format on */
