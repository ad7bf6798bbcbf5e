/* SPDX-License-Identifier: Apache-2.0 */
/* May this process load and attach BPF programs? */
#pragma once

/* 0 if it has CAP_SYS_ADMIN, which covers all that is needed (CAP_BPF and CAP_PERFMON do not: tracefs, kheaders and
 * the cache are root's); else -EPERM. */
int bw_privileged(void);
