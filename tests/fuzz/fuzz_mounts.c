/* SPDX-License-Identifier: Apache-2.0 */
/* What is mounted, as the kernel lists it: users in namespaces of their own choose the names. */
#include <stdlib.h>
#include <string.h>

#include "process/mounts.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bw_mounts mounts;
	char *text = malloc(size + 1);

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	if (bw_mounts_parse(text, &mounts) == 0 && mounts.n > 0 && mounts.n < 1000)
		bw_mounts_mark(&mounts, mounts.mounts[0].id, mounts.mounts[mounts.n - 1].point);
	bw_mounts_free(&mounts);
	return 0;
}
