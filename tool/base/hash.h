/* SPDX-License-Identifier: Apache-2.0 */
/* FNV-1a. */
#pragma once

#include <stddef.h>
#include <stdint.h>

static inline uint64_t bw_hash(const char *bytes, size_t len)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
	return hash;
}
