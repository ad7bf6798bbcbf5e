/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What bccwatch wants of the program, which it defines by -D, is 1 and the rest 0. So `if (BY_DIR)` can stand within a
 * function, and clang leaves out what is off.
 */
#pragma once

/* The rules that there are. */
#ifndef BY_NAME
#define BY_NAME 0
#endif
#ifndef BY_PATH
#define BY_PATH 0
#endif
#ifndef BY_DIR
#define BY_DIR 0
#endif
#ifndef BY_GLOB /* names or, with BY_PATH, paths are patterns */
#define BY_GLOB 0
#endif
#define BY_FILE	  (BY_PATH || BY_DIR)
#define NAME_KEYS (BY_NAME || BY_PATH)
#define NAME_BITS NAME_KEYS /* lib/targets.h */
#define SHARES	  BY_FILE   /* lib/shares.h */
#ifndef BY_ANCESTOR	    /* a directory above a protected file */
#define BY_ANCESTOR 0
#endif
#ifndef WAITING /* for paths and directories that do not exist yet */
#define WAITING 0
#endif

/* What is denied beside opening, creating and truncating. */
#ifndef DENY_MOUNTS
#define DENY_MOUNTS 0
#endif
#ifndef DENY_DELETE
#define DENY_DELETE 0
#endif
#ifndef DENY_RENAME
#define DENY_RENAME 0
#endif
#ifndef DENY_REPLACE
#define DENY_REPLACE 0
#endif
#ifndef DENY_LINK /* another name for a protected file */
#define DENY_LINK 0
#endif
#ifndef DENY_RESIZE
#define DENY_RESIZE 0
#endif
#ifndef DENY_ATTR
#define DENY_ATTR 0
#endif
#ifndef DENY_STAT
#define DENY_STAT 0
#endif
#ifndef DENY_MMAP
#define DENY_MMAP 0
#endif
#ifndef DENY_HELD /* reads, writes and mappings by descriptors that are open already */
#define DENY_HELD 0
#endif

/* By --pin: the program outlives bccwatch, and its events go to a ring buffer, which does so, too. */
#ifndef PINNED
#define PINNED 0
#endif
#ifndef SELF_TEST /* bccwatch tries, from time to time, whether it is denied something */
#define SELF_TEST 0
#endif

/* Rules have an action, operations or subjects of their own. */
#ifndef POLICIES
#define POLICIES 0
#endif
#define DIRS_DIFFER POLICIES

/* By what rules, or the exceptions of the command line, name subjects. */
#ifndef BY_UID
#define BY_UID 0
#endif
#ifndef BY_GID
#define BY_GID 0
#endif
#ifndef BY_COMM
#define BY_COMM 0
#endif
#ifndef BY_EXE
#define BY_EXE 0
#endif
#ifndef BY_CGROUP
#define BY_CGROUP 0
#endif
#ifndef BY_CHILDREN
#define BY_CHILDREN 0
#endif

/* block -- COMMAND: many processes evade no rule. */
#define TREE_OR_ALL 1

/* The kind of hook: one of them. */
#ifndef HOOK_LSM
#define HOOK_LSM 0
#endif
#ifndef HOOK_FMOD_RET
#define HOOK_FMOD_RET 0
#endif
#ifndef HOOK_OVERRIDE
#define HOOK_OVERRIDE 0
#endif
#ifndef HOOK_SIGNAL
#define HOOK_SIGNAL 0
#endif
#ifndef HOOK_SIGNAL_NAME
#define HOOK_SIGNAL_NAME 0
#endif

/* What the kernel has. */
#ifndef SETATTR_IDMAP
#define SETATTR_IDMAP 0
#endif
#ifndef HAS_ACL /* inode_set_acl and inode_remove_acl: from Linux 6.2 on */
#define HAS_ACL 0
#endif
#ifndef HAS_COMPAT_IOCTL /* file_ioctl_compat: from 6.8 on, and in many older ones */
#define HAS_COMPAT_IOCTL 0
#endif
#ifndef HAS_FILE_SETATTR /* inode_file_setattr: from 6.17 on */
#define HAS_FILE_SETATTR 0
#endif
#ifndef HAS_FCHMODAT2 /* from 6.6 on */
#define HAS_FCHMODAT2 0
#endif
#ifndef HAS_SETXATTRAT /* from 6.13 on */
#define HAS_SETXATTRAT 0
#endif
#ifndef IA32
#define IA32 0
#endif
