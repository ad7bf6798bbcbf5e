/* SPDX-License-Identifier: Apache-2.0 */
#include "base/binary_search.h"
#include "tests/unit/unit.h"

struct entry {
	char pad[3];
	uint16_t key;
};

static uint64_t key_of(const void *entry)
{
	return ((const struct entry *)entry)->key;
}

/* Against a linear search, in arrays of every length up to 9, with gaps and equal keys. */
static void it_finds_as_many_as_a_linear_search(void **state)
{
	static const uint16_t keys[] = {2, 2, 3, 7, 7, 7, 8, 20, 65535};
	struct entry entries[LENGTH(keys)];

	(void)state;
	for (size_t i = 0; i < LENGTH(keys); i++)
		entries[i].key = keys[i];
	for (size_t n = 0; n <= LENGTH(keys); n++)
		for (uint64_t wanted = 0; wanted <= 65536; wanted += wanted < 30 ? 1 : 9) {
			size_t expected = 0;

			while (expected < n && keys[expected] <= wanted)
				expected++;
			assert_int_equal(bw_binary_search_up_to(entries, n, sizeof(*entries), key_of, wanted),
					 expected);
		}
	assert_int_equal(bw_binary_search_up_to(entries, LENGTH(keys), sizeof(*entries), key_of, UINT64_MAX),
			 LENGTH(keys));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(it_finds_as_many_as_a_linear_search),
};

UNIT_MODULE("base/binary_search", NULL, NULL);
