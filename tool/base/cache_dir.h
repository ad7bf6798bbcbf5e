/* SPDX-License-Identifier: Apache-2.0 */
/* The directory of what bccwatch keeps between its runs, which is root's alone. */
#pragma once

#define BW_STORE "/var/cache/bccwatch"

/*
 * Opens BW_STORE/name, a directory, which is created (0700) where it is missing; "." is BW_STORE itself. The descriptor
 * is the caller's. -EPERM if another user owns one of the two, or can write there, so that its content
 * can't be trusted; or -errno. Reports nothing.
 */
int bw_cache_dir_open(const char *name);
