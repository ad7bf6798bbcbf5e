/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's security modules. root is put before the path. */
#pragma once

#include <stdbool.h>

#define BW_LSM_LIST "/sys/kernel/security/lsm"

/* Is the module of that name active? 1, 0, or -errno: -ENOENT where securityfs is not mounted. */
int bw_lsm_active(const char *root, const char *name);

/* Is bpf_lsm_NAME, which the kernel has, a hook, and not one of the functions that only share the beginning? */
bool bw_lsm_is_hook(const char *name);
