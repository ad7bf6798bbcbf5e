/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directories in which what is pinned lies: /sys/fs/bpf/bccwatch/NAME. They are root's, and nobody else may enter
 * them; no symlink is followed. Functions that return a descriptor give it to the caller.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define BW_PIN_DIR_BPFFS "/sys/fs/bpf"
#define BW_PIN_DIR_BASE	 "bccwatch"

/* Of a name. */
enum { BW_PIN_DIR_NAME_MAX = 64 };

/* What a name must be, where this is none; NULL: it is. A constant. */
const char *bw_pin_dir_check_name(const char *name);

/*
 * Opens BW_PIN_DIR_BASE in bpffs, whose file system has this number (BPF_FS_MAGIC of linux/magic.h), or the directory
 * of that name in it. -ENOENT, silently: there is none, and it is not to be created; or -errno, reported.
 */
int bw_pin_dir_open_base(const char *bpffs, long magic, bool create);
int bw_pin_dir_open(int base, const char *name, bool create);

/* Only one process at a time watches. 0; -EBUSY, silently: another one does; -ENOENT, silently: it was removed. */
int bw_pin_dir_lock(int base, const char *name, int dir);
bool bw_pin_dir_is_locked(int dir);

/* Calls `each` with the name of what is in the directory until that returns less than 0, which is returned. */
int bw_pin_dir_each(int dir, int (*each)(void *cookie, const char *name), void *cookie);

/* Where bpf(2) finds what has this name in the directory. */
enum { BW_PIN_DIR_PATH = 320 };
void bw_pin_dir_path(int dir, const char *name, char path[BW_PIN_DIR_PATH]);

/* Removes all that is in the directory, `last` last, and the directory. 0 or -errno, reported. */
int bw_pin_dir_remove(int parent, const char *name, const char *last);
