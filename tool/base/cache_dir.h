/* SPDX-License-Identifier: Apache-2.0 */
/* The directory of what bccwatch keeps between its runs, which is root's alone. */
#pragma once

#define BW_CACHE_DIR_PATH "/var/cache/bccwatch"

/*
 * Opens BW_CACHE_DIR_PATH/name, a directory, which is created (0700) where it is missing; "." is BW_CACHE_DIR_PATH
 * itself. The descriptor is the caller's. -EPERM if another user owns one of the two, or can write there, so that its
 * content can't be trusted; or -errno. Reports nothing.
 */
int bw_cache_dir_open(const char *name);
