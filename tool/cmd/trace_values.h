/* SPDX-License-Identifier: Apache-2.0 */
/* The values that options of trace take. All functions return 0 or, with the reason reported, BW_EXIT_USAGE. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A pattern (base/glob.h) of a name, or of a whole path, which begins with / or `**`. It is only checked. */
int bw_trace_values_name(const char *option, const char *value);
int bw_trace_values_path(const char *option, const char *value);

/* A mount namespace: its inode's number, or pid:N, that of a process. */
int bw_trace_values_mnt_ns(const char *root, const char *value, uint32_t *inode);

/* The flag of open(2) of that name. */
int bw_trace_values_flag(const char *value, uint32_t *flag);

/* Adds the flags of a mask as below to *flags (O_*), and of O_RDONLY, O_WRONLY, O_RDWR their bit to *access_modes. */
void bw_trace_values_flags(uint32_t mask, uint32_t *flags, uint32_t *access_modes);

/* Do the flags of an open have one of those of `mask`, 1 << the index of a flag? */
bool bw_trace_values_has_flag(uint32_t mask, uint32_t flags);
