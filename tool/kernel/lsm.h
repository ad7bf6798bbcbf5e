/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's security modules. root is put before the path. */
#pragma once

#define BW_LSM_LIST "/sys/kernel/security/lsm"

/* Is the module of that name active? 1, 0, or -errno: -ENOENT where securityfs is not mounted. */
int bw_lsm_active(const char *root, const char *name);
