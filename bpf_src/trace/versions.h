/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What kernels call differently, and which parameters came later. */
#pragma once

#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
#define OPEN_PATH do_file_open
#define UNLINK	  filename_unlinkat
#define RMDIR	  filename_rmdir
#define RENAME	  filename_renameat2
#define LINK	  filename_linkat
#define SYMLINK	  filename_symlinkat
#define MKDIR	  filename_mkdirat
#define MKNOD	  filename_mknodat
#define TRUNCATE  ksys_truncate
#else
#define OPEN_PATH do_filp_open
#define UNLINK	  do_unlinkat
#define RMDIR	  do_rmdir
#define RENAME	  do_renameat2
#define LINK	  do_linkat
#define SYMLINK	  do_symlinkat
#define MKDIR	  do_mkdirat
#define MKNOD	  do_mknodat
#define TRUNCATE  do_sys_truncate
#endif

/* What a task that ends passes after its files are closed. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
#define TASK_END cgroup_task_exit
#else
#define TASK_END cgroup_exit
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 13, 0)
#define ROOT_PATH void *root
#define ROOT_NAME 1 /* the index of the parameter behind it */
#else
#define ROOT_PATH void *dentry, void *mnt
#define ROOT_NAME 2
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 12, 0) /* a user namespace; from 6.3 on the ID mapping of the mount */
#define IDMAP void *idmap,
#else
#define IDMAP
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0) /* fchmodat2(2) */
#define CHMOD_FLAGS , unsigned int flags
#else
#define CHMOD_FLAGS
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
#define DELEGATED , void *delegated
#else
#define DELEGATED
#endif
