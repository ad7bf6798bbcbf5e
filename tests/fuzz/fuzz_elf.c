/* SPDX-License-Identifier: Apache-2.0 */
/* What runs in the sandbox on a file that a process executes. */
#include <errno.h>
#include <string.h>

#include "process/elf.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"main", "a", "", "0x1000", "0x", "0xffffffffffffffffff"};
	int fd = fuzz_file(data, size);
	struct bw_elf *elf = NULL;
	uint64_t into, offset;
	char like[64];

	if (bw_elf_read(fd, &elf) == 0) {
		for (offset = 0; offset < 8192; offset += 97)
			if (bw_elf_at(elf, offset, &into) && into > offset)
				abort();
		bw_elf_at(elf, UINT64_MAX, &into);
		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
			bw_elf_find(elf, names[i], &offset);
			bw_elf_suggest(elf, names[i], like, sizeof(like));
			if (!memchr(like, '\0', sizeof(like)))
				abort();
		}
		bw_elf_free(elf);
	}
	close(fd);
	return 0;
}
