/* SPDX-License-Identifier: Apache-2.0 */
#include "base/binary_search.h"

size_t bw_binary_search_up_to(const void *entries, size_t n, size_t size, uint64_t (*key)(const void *entry),
			      uint64_t wanted)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (key((const char *)entries + middle * size) <= wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
