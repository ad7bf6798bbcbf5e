/* SPDX-License-Identifier: Apache-2.0 */
/* The headers that a kernel with CONFIG_IKHEADERS carries in itself, /sys/kernel/kheaders.tar.xz. */
#pragma once

#define BW_KHEADERS "/sys/kernel/kheaders.tar.xz"

/*
 * Unpacks them, once for each kernel, below /var/cache/bccwatch, which is root's alone. (libbcc would unpack them
 * itself, but trusts whatever it finds under a known name in /tmp.) *path is the header tree, malloc'd and the
 * caller's. 0; -ENOENT, not reported, if the kernel has none; or -errno, reported on stderr.
 */
int bw_kheaders_unpack(char **path);
