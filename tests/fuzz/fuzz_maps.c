/* SPDX-License-Identifier: Apache-2.0 */
/* What runs in the sandbox on /proc/PID/maps. */
#include <string.h>

#include "process/mappings.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t addresses[] = {0, 1, 0x400000, 0x400010, 0x7fffffffffff, UINT64_MAX};
	int fd = fuzz_file(data, size);
	struct bw_mappings mappings;

	bw_mappings_read(fd, &mappings);
	for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++) {
		const struct bw_mappings_part *place = bw_mappings_find(&mappings, addresses[i]);

		if (place && strlen(mappings.names + place->name) >= BW_MAPPING_NAME)
			abort();
	}
	bw_mappings_free(&mappings);
	close(fd);
	return 0;
}
