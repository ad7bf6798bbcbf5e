/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "program/image.h"
#include "tests/unit/small_image.h"
#include "tests/unit/unit.h"

static void an_image_that_was_written_is_read_back(void **state)
{
	struct bw_image image;
	size_t len;
	void *bytes = image_bytes(&len);

	(void)state;
	assert_int_equal(bw_image_read(&image, bytes, len), 0);
	assert_string_equal(image.license, "GPL");
	assert_int_equal(image.n_maps, 3);
	assert_null(image.maps[1].content);
	assert_memory_equal(image.maps[2].content, "seven", 6);
	assert_string_equal(image.maps[1].name, "events");
	assert_int_equal(image.maps[0].type, BPF_MAP_TYPE_PERCPU_ARRAY);
	assert_int_equal(image.maps[0].display, BW_DISPLAY_LOG2);
	assert_int_equal(image.maps[0].key.n, 0);
	assert_int_equal(image.maps[0].value.n, 1);
	assert_int_equal(image.maps[0].value.fields[0].size, 8);
	assert_int_equal(image.maps[1].value.n, 0);
	assert_int_equal(image.n_programs, 2);
	assert_string_equal(image.programs[1].name, "kprobe__g");
	assert_int_equal(image.programs[0].n_insns, 5);
	assert_int_equal(image.programs[0].insns[3].imm, 5);
	assert_int_equal(image.programs[1].insns[0].code, BPF_JMP | BPF_EXIT);
	assert_int_equal(image.n_events, 1);
	assert_int_equal(image.events[0].layout.n, 3);
	assert_string_equal(image.events[0].layout.fields[2].name, "x");
	assert_int_equal(image.events[0].layout.fields[2].n_dims, 2);
	assert_int_equal(image.events[0].layout.fields[2].dims[1], 2);
	assert_int_equal(image.events[0].layout.fields[0].bits, 3);
	assert_int_equal(image.events[0].layout.fields[0].shift, 1);
	assert_int_equal(bw_image_find_map(&image, "events"), 1);
	assert_int_equal(bw_image_find_map(&image, "nothing"), -ENOENT);
	bw_image_free(&image);
}

static void *copy_of(const void *bytes, size_t len)
{
	void *copy = malloc(len + 1);

	memcpy(copy, bytes, len);
	return copy;
}

/* Whatever a byte becomes, reading fails or gives an image within its bounds; ASan watches. */
static void a_damaged_image_is_refused_or_stays_within_its_bounds(void **state)
{
	struct bw_image image;
	size_t len;
	BW_FREE char *bytes = image_bytes(&len);

	(void)state;
	for (size_t n = 0; n < len; n++)
		assert_int_equal(bw_image_read(&image, copy_of(bytes, n), n), -EINVAL);
	assert_int_equal(bw_image_read(&image, copy_of(bytes, len + 1), len + 1), -EINVAL);
	for (size_t i = 0; i < len; i++) {
		for (int bit = 0; bit < 8; bit++) {
			char *damaged = copy_of(bytes, len);

			damaged[i] = (char)(damaged[i] ^ (1 << bit));
			if (bw_image_read(&image, damaged, len) < 0)
				continue;
			for (uint32_t m = 0; m < image.n_maps; m++)
				assert_true(strlen(image.maps[m].name) < len);
			for (uint32_t m = 0; m < image.n_maps; m++)
				if (image.maps[m].content) /* all of it can be read */
					free(copy_of(image.maps[m].content, image.maps[m].value_size));
			for (uint32_t p = 0; p < image.n_programs; p++)
				assert_true(strlen(image.programs[p].name) < len);
			bw_image_free(&image);
		}
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(an_image_that_was_written_is_read_back),
	cmocka_unit_test(a_damaged_image_is_refused_or_stays_within_its_bounds),
};

UNIT_MODULE("program/image", NULL, NULL);
