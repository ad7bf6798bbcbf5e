/* SPDX-License-Identifier: Apache-2.0 */
/* What bccwatch keeps between its runs lies below /var/cache/bccwatch, which is root's alone. */
#pragma once

#define BW_STORE "/var/cache/bccwatch"

/*
 * Opens BW_STORE/name, a directory, which is created (0700) where it is missing; "." is BW_STORE itself. The descriptor
 * is the caller's. -EPERM if another than this user owns one of the two, or could write there: what lies there is not
 * to be trusted; or -errno. Reports nothing.
 */
int bw_cache_dir_open(const char *name);
