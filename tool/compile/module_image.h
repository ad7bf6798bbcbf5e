/* SPDX-License-Identifier: Apache-2.0 */
/* What libbcc compiled, as an image: programs, maps, and the layouts of events and maps. */
#pragma once

/*
 * Writes the image of a module of libbcc to fd. text: what was compiled. 0 or -errno: -ENOTSUP, reported on stderr, if
 * the module has what bccwatch does not support; -ENOMEM; else as bw_image_write.
 */
int bw_module_image_write(void *module, const char *text, int fd);
