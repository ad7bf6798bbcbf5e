/* SPDX-License-Identifier: Apache-2.0 */
/* May this process load and attach BPF programs? */
#pragma once

/* A machine on which this file lies, as one for development may, gets no programs, whoever asks. */
#define BW_NO_PROGRAMS "/etc/bccwatch.guests-only"

/* 0 if it has CAP_SYS_ADMIN, which covers all that is needed (CAP_BPF and CAP_PERFMON do not: tracefs, kheaders and
 * the cache are root's); -EPERM if not; -ECANCELED if the file above is there. */
int bw_privilege_check(void);
