/* SPDX-License-Identifier: Apache-2.0 */
/* May this process load and attach BPF programs? */
#pragma once

/* 0 if it has CAP_SYS_ADMIN, or CAP_BPF and CAP_PERFMON (kernel 5.8 and later); else -EPERM. */
int bw_privileged(void);
