/* SPDX-License-Identifier: Apache-2.0 */
/* Search in sorted arrays. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * How many of the n entries, of `size` bytes each, have a key that is at most `wanted`: the entry before that number is
 * the nearest at or below it. The entries must be sorted by their keys.
 */
size_t bw_binary_search_up_to(const void *entries, size_t n, size_t size, uint64_t (*key)(const void *entry),
			      uint64_t wanted);
