/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "program/map_rows.h"
#include "tests/unit/fake_bpf.h"

static struct bw_image_map image_maps[] = {
	{.name = "hash", .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8, .max_entries = 300},
	{.name = "array", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 5},
	{.name = "percpu", .type = BPF_MAP_TYPE_PERCPU_HASH, .key_size = 4, .value_size = 4, .max_entries = 5},
	{.name = "odd", .type = BPF_MAP_TYPE_HASH, .key_size = 3, .value_size = 16, .max_entries = 5},
};

enum { HASH, ARRAY, PERCPU, ODD };

static struct fake f;

static int load(void **state)
{
	(void)state;
	fake_load(&f, image_maps, LENGTH(image_maps), 2);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	fake_unload(&f);
	return 0;
}

static uint32_t key_of(const struct bw_table *t, const struct bw_table_rows *rows, size_t i)
{
	uint32_t key;

	memcpy(&key, rows->bytes + i * bw_table_stride(t), sizeof(key));
	return key;
}

static void all_entries_of_a_hash_are_read_once(void **state)
{
	struct bw_table t = bw_map_rows_table(&f.loaded, HASH);
	struct bw_table_rows rows;
	bool seen[300] = {false};

	(void)state;
	for (uint32_t i = 0; i < 300; i++)
		fake_put(fake_map(&f, "hash"), &i, &(uint64_t){i * 3});
	assert_int_equal(bw_map_rows_read(&f.loaded, HASH, &t, &rows), 0);
	assert_int_equal(rows.n, 300);
	for (uint32_t i = 0; i < 300; i++) {
		uint32_t key = key_of(&t, &rows, i);
		uint64_t value;

		assert_true(key < 300 && !seen[key]);
		seen[key] = true;
		memcpy(&value, rows.bytes + i * bw_table_stride(&t) + bw_table_value_at(&t), sizeof(value));
		assert_int_equal(value, key * 3);
	}
	bw_map_rows_free(&rows);
	assert_null(rows.bytes);
}

static void entries_of_an_array_that_are_zero_are_left_out(void **state)
{
	struct bw_table t = bw_map_rows_table(&f.loaded, ARRAY);
	struct bw_table_rows rows;

	(void)state;
	fake_put(fake_map(&f, "array"), &(uint32_t){3}, &(uint32_t){7});
	assert_int_equal(bw_map_rows_read(&f.loaded, ARRAY, &t, &rows), 0);
	assert_int_equal(rows.n, 1);
	assert_int_equal(key_of(&t, &rows, 0), 3);
	bw_map_rows_free(&rows);
}

static unsigned removals;

/* A program removes the entry that was read last, so that the kernel begins anew. */
static void remove_one(struct fake_map *map)
{
	if (removals++ == 2)
		map->n--;
}

static void an_entry_that_is_removed_meanwhile_makes_no_other_come_twice(void **state)
{
	struct bw_table t = bw_map_rows_table(&f.loaded, HASH);
	struct fake_map *map = fake_map(&f, "hash");
	struct bw_table_rows rows;

	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		fake_put(map, &i, &(uint64_t){1});
	removals = 0;
	map->looked_up = remove_one;
	assert_int_equal(bw_map_rows_read(&f.loaded, HASH, &t, &rows), 0);
	assert_true(removals > 3); /* it began anew */
	assert_int_equal(rows.n, 2);
	assert_int_equal(key_of(&t, &rows, 0), 0);
	assert_int_equal(key_of(&t, &rows, 1), 1);
	bw_map_rows_free(&rows);
}

static void a_failure_of_the_kernel_is_passed_on(void **state)
{
	struct bw_table t = bw_map_rows_table(&f.loaded, HASH);
	struct bw_table_rows rows;

	(void)state;
	fake_map(&f, "hash")->error = EPERM;
	assert_int_equal(bw_map_rows_read(&f.loaded, HASH, &t, &rows), -EPERM);
	bw_map_rows_free(&rows);
}

static void a_hash_is_emptied_and_an_array_made_zero(void **state)
{
	struct bw_table hash = bw_map_rows_table(&f.loaded, HASH), array = bw_map_rows_table(&f.loaded, ARRAY);
	struct bw_table_rows rows;

	(void)state;
	fake_put(fake_map(&f, "hash"), &(uint32_t){1}, &(uint64_t){1});
	fake_put(fake_map(&f, "array"), &(uint32_t){1}, &(uint32_t){9});
	assert_int_equal(bw_map_rows_read(&f.loaded, HASH, &hash, &rows), 0);
	fake_put(fake_map(&f, "hash"), &(uint32_t){2}, &(uint64_t){1}); /* came after it was read */
	assert_int_equal(bw_map_rows_clear(&f.loaded, HASH, &hash, &rows), 0);
	assert_int_equal(fake_map(&f, "hash")->n, 1);
	assert_non_null(fake_value(fake_map(&f, "hash"), &(uint32_t){2}));
	assert_int_equal(bw_map_rows_clear(&f.loaded, HASH, &hash, &rows), 0); /* they are gone already */
	bw_map_rows_free(&rows);
	assert_int_equal(bw_map_rows_read(&f.loaded, ARRAY, &array, &rows), 0);
	assert_int_equal(bw_map_rows_clear(&f.loaded, ARRAY, &array, &rows), 0);
	assert_int_equal(*(uint32_t *)fake_value(fake_map(&f, "array"), &(uint32_t){1}), 0);
	bw_map_rows_free(&rows);
}

static void a_table_has_the_layouts_that_are_known_and_numbers_for_4_and_8_bytes(void **state)
{
	static const struct bw_layout_field comm = {
		.name = "comm", .kind = BW_CHAR, .size = 1, .count = 3, .n_dims = 1, .dims = {3}};
	struct bw_table t = bw_map_rows_table(&f.loaded, HASH);

	(void)state;
	assert_int_equal(t.key.fields[0].size, 4);
	assert_int_equal(t.value.fields[0].size, 8);
	assert_int_equal(t.cpus, 0);
	assert_int_equal(bw_map_rows_table(&f.loaded, PERCPU).cpus, 2);
	image_maps[ODD].key = (struct bw_layout){&comm, 1, 3};
	t = bw_map_rows_table(&f.loaded, ODD);
	assert_ptr_equal(t.key.fields, &comm);
	assert_int_equal(t.value.n, 0);
	image_maps[ODD].key.size = 2; /* of another size than the map's: it can't be its layout */
	assert_int_equal(bw_map_rows_table(&f.loaded, ODD).key.n, 0);
	image_maps[ODD].key = (struct bw_layout){0};
}

static void only_maps_with_entries_to_be_read_can_be_shown(void **state)
{
	static const uint32_t can[] = {BPF_MAP_TYPE_HASH,	  BPF_MAP_TYPE_ARRAY,	 BPF_MAP_TYPE_PERCPU_HASH,
				       BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_LRU_HASH, BPF_MAP_TYPE_LRU_PERCPU_HASH,
				       BPF_MAP_TYPE_LPM_TRIE};
	static const uint32_t cannot[] = {BPF_MAP_TYPE_PERF_EVENT_ARRAY, BPF_MAP_TYPE_RINGBUF, BPF_MAP_TYPE_STACK_TRACE,
					  BPF_MAP_TYPE_PROG_ARRAY};

	(void)state;
	for (size_t i = 0; i < LENGTH(can); i++)
		assert_true(bw_map_rows_can(&(struct bw_image_map){.type = can[i]}));
	for (size_t i = 0; i < LENGTH(cannot); i++)
		assert_false(bw_map_rows_can(&(struct bw_image_map){.type = cannot[i]}));
}

#define LOADED(test) cmocka_unit_test_setup_teardown(test, load, unload)

static const struct CMUnitTest tests[] = {
	LOADED(all_entries_of_a_hash_are_read_once),
	LOADED(entries_of_an_array_that_are_zero_are_left_out),
	LOADED(an_entry_that_is_removed_meanwhile_makes_no_other_come_twice),
	LOADED(a_failure_of_the_kernel_is_passed_on),
	LOADED(a_hash_is_emptied_and_an_array_made_zero),
	LOADED(a_table_has_the_layouts_that_are_known_and_numbers_for_4_and_8_bytes),
	cmocka_unit_test(only_maps_with_entries_to_be_read_can_be_shown),
};

UNIT_MODULE("program/map_rows", NULL, NULL);
