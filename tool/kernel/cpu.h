/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's CPUs, from /sys/devices/system/cpu. root is put before the path. */
#pragma once

#include <stdint.h>

/* One more than the highest number that a CPU can have. 0 or -errno. */
int bw_cpu_possible(const char *root, uint32_t *n);

/* The numbers of the CPUs that are online: *cpus is malloc'd and the caller's, *n long. 0 or -errno. */
int bw_cpu_online(const char *root, uint32_t **cpus, uint32_t *n);

/* The same in two steps, of which the second opens no file: a descriptor, the caller's, or -errno. */
int bw_cpu_online_open(const char *root);
int bw_cpu_online_read(int fd, uint32_t **cpus, uint32_t *n);
